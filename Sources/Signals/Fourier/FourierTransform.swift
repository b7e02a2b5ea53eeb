import CKissFFT
import GinghamTensors

/// A plan for real two-dimensional Fourier transforms of one size, made once and used as often as wanted.
///
/// Maps are …×H×W; spectra are …×H×(W/2+1)×2, the last axis being real and imaginary part (the half that a real map
/// leaves free, as `rfft2` of NumPy and PyTorch). Any height and width of at least one is allowed; sizes whose prime
/// factors are small are fast: O(HW·Σ factors). A plan may be used by several threads at once.
public final class FourierTransform: Sendable {
  public let height: Int
  public let width: Int
  /// Columns of a half spectrum: `width / 2 + 1`.
  public var halfWidth: Int { width / 2 + 1 }

  private let rows: ComplexTransform
  private let columns: ComplexTransform

  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "a map of \(height)×\(width) has no spectrum")
    self.height = height
    self.width = width
    rows = ComplexTransform(count: width)
    columns = height == width ? rows : ComplexTransform(count: height)
  }

  /// `F[k, l] = Σ f[y, x]·exp(−2πi(ky/H + lx/W))`, unnormalised, of each map of …×H×W.
  public func forward(_ maps: Tensor) -> Tensor {
    let shape = spectrumShape(of: maps.shape)
    let (area, halfArea) = (height * width, height * halfWidth)
    return maps.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        withComplex(target) { spectra in
          var scratch = Scratch(count: max(height, width))
          for map in 0..<(area == 0 ? 0 : source.count / area) {
            let input = UnsafeBufferPointer(rebasing: source[(map * area)..<((map + 1) * area)])
            let output = UnsafeMutableBufferPointer(rebasing: spectra[(map * halfArea)..<((map + 1) * halfArea)])
            transformRows(input, into: output, scratch: &scratch)
            transformColumns(of: output, inverse: false, scratch: &scratch)
          }
        }
      }
    }
  }

  /// The inverse of ``forward(_:)``, normalised by 1/(HW): the maps whose spectra these are.
  ///
  /// Where the coefficients of the first column, or of the last of an even width, are not the spectrum of a real map,
  /// the result is the real part, as in NumPy and PyTorch.
  public func inverse(_ spectra: Tensor) -> Tensor {
    let shape = mapShape(of: spectra.shape)
    let (area, halfArea) = (height * width, height * halfWidth)
    var columnsDone = spectra
    return columnsDone.withUnsafeMutableBufferPointer { source in
      withComplex(source) { coefficients in
        Tensor(shape) { target in
          var scratch = Scratch(count: max(height, width))
          for map in 0..<(coefficients.count / halfArea) {
            let input = UnsafeMutableBufferPointer(rebasing: coefficients[(map * halfArea)..<((map + 1) * halfArea)])
            let output = UnsafeMutableBufferPointer(rebasing: target[(map * area)..<((map + 1) * area)])
            transformColumns(of: input, inverse: true, scratch: &scratch)
            restoreRows(UnsafeBufferPointer(input), into: output, scratch: &scratch)
          }
        }
      }
    }
  }

  /// The adjoint of ``inverse(_:)``: what a gradient at the maps is at real and imaginary part of the coefficients.
  ///
  /// A coefficient off the self-conjugate columns stands for its mirror image too and so counts twice.
  public func inverseAdjoint(_ gradient: Tensor) -> Tensor {
    scaleColumns(forward(gradient)) { 2 / (Float(self.height) * Float(self.width)) * self.weight(ofColumn: $0) }
  }

  /// The adjoint of ``forward(_:)``: what a gradient at real and imaginary part of the coefficients is at the maps.
  public func forwardAdjoint(_ gradient: Tensor) -> Tensor {
    inverse(scaleColumns(gradient) { Float(self.height) * Float(self.width) / (2 * self.weight(ofColumn: $0)) })
  }

  /// ½ for the columns that are their own mirror image (zero, and the last of an even width), 1 for the others.
  private func weight(ofColumn column: Int) -> Float {
    column == 0 || 2 * column == width ? 0.5 : 1
  }

  private func scaleColumns(_ spectra: Tensor, by factor: (Int) -> Float) -> Tensor {
    let factors = (0..<halfWidth).map(factor)
    var result = spectra
    result.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices { buffer[index] *= factors[(index / 2) % halfWidth] }
    }
    return result
  }

  private func spectrumShape(of shape: Shape) -> Shape {
    precondition(
      shape.rank >= 2 && shape[shape.rank - 2] == height && shape[shape.rank - 1] == width,
      "the plan is for …×\(height)×\(width), not for \(shape)")
    return Shape(shape.dimensions.dropLast() + [halfWidth, 2])
  }

  private func mapShape(of shape: Shape) -> Shape {
    precondition(
      shape.rank >= 3 && Array(shape.dimensions.suffix(3)) == [height, halfWidth, 2],
      "the plan is for spectra of …×\(height)×\(halfWidth)×2, not for \(shape)")
    return Shape(shape.dimensions.dropLast(2) + [width])
  }
}

extension FourierTransform {
  private typealias Complex = kiss_fft_cpx

  private struct Scratch {
    var before: [kiss_fft_cpx]
    var after: [kiss_fft_cpx]

    init(count: Int) {
      before = [kiss_fft_cpx](repeating: kiss_fft_cpx(r: 0, i: 0), count: count)
      after = before
    }
  }

  private func withComplex<Result>(
    _ buffer: UnsafeMutableBufferPointer<Float>,
    _ body: (UnsafeMutableBufferPointer<kiss_fft_cpx>) throws -> Result
  ) rethrows -> Result {
    try UnsafeMutableRawBufferPointer(buffer).withMemoryRebound(to: kiss_fft_cpx.self, body)
  }

  /// Two real rows a and b ride through one complex transform as a + ib; the symmetry of their spectra parts them.
  private func transformRows(
    _ map: UnsafeBufferPointer<Float>, into spectrum: UnsafeMutableBufferPointer<Complex>, scratch: inout Scratch
  ) {
    for row in stride(from: 0, to: height, by: 2) {
      let first = row * width
      let second = row + 1 < height ? first + width : nil
      for x in 0..<width {
        scratch.before[x] = Complex(r: map[first + x], i: second.map { map[$0 + x] } ?? 0)
      }
      rows.run(scratch.before, into: &scratch.after, inverse: false)
      for k in 0..<halfWidth {
        let (z, mirrored) = (scratch.after[k], scratch.after[k == 0 ? 0 : width - k])
        spectrum[row * halfWidth + k] = Complex(r: (z.r + mirrored.r) / 2, i: (z.i - mirrored.i) / 2)
        if second != nil {
          spectrum[(row + 1) * halfWidth + k] = Complex(r: (z.i + mirrored.i) / 2, i: (mirrored.r - z.r) / 2)
        }
      }
    }
  }

  private func restoreRows(
    _ spectrum: UnsafeBufferPointer<Complex>, into map: UnsafeMutableBufferPointer<Float>, scratch: inout Scratch
  ) {
    let scale = 1 / (Float(height) * Float(width))
    for row in stride(from: 0, to: height, by: 2) {
      let paired = row + 1 < height
      for k in 0..<halfWidth {
        var a = spectrum[row * halfWidth + k]
        var b = paired ? spectrum[(row + 1) * halfWidth + k] : Complex(r: 0, i: 0)
        if k == 0 || 2 * k == width {
          (a.i, b.i) = (0, 0)
        } else {
          scratch.before[width - k] = Complex(r: a.r + b.i, i: b.r - a.i)
        }
        scratch.before[k] = Complex(r: a.r - b.i, i: a.i + b.r)
      }
      rows.run(scratch.before, into: &scratch.after, inverse: true)
      for x in 0..<width {
        map[row * width + x] = scratch.after[x].r * scale
        if paired { map[(row + 1) * width + x] = scratch.after[x].i * scale }
      }
    }
  }

  private func transformColumns(
    of spectrum: UnsafeMutableBufferPointer<Complex>, inverse: Bool, scratch: inout Scratch
  ) {
    for column in 0..<halfWidth {
      for y in 0..<height { scratch.before[y] = spectrum[y * halfWidth + column] }
      columns.run(scratch.before, into: &scratch.after, inverse: inverse)
      for y in 0..<height { spectrum[y * halfWidth + column] = scratch.after[y] }
    }
  }
}
