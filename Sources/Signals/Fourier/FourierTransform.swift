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
          let scratch = Scratch(height: height, width: width)
          for map in 0..<(area == 0 ? 0 : source.count / area) {
            let input = UnsafeBufferPointer(rebasing: source[(map * area)..<((map + 1) * area)])
            let output = UnsafeMutableBufferPointer(rebasing: spectra[(map * halfArea)..<((map + 1) * halfArea)])
            transformRows(input, into: output, scratch: scratch)
            transformColumns(of: output, inverse: false, scratch: scratch)
          }
        }
      }
    }
  }

  /// |F|² of one map H×W over the half spectrum: H×(W/2+1), row-major, unnormalised.
  public func halfPower(of map: Tensor) -> [Float] {
    precondition(map.shape == [height, width], "the plan is for \(height)×\(width), not for \(map.shape)")
    let count = height * halfWidth
    return [Float](unsafeUninitializedCapacity: count) { power, initialized in
      let scratch = Scratch(height: height, width: width)
      let spectrum = UnsafeMutableBufferPointer<Complex>.allocate(capacity: count)
      defer { spectrum.deallocate() }
      map.withUnsafeBufferPointer { transformRows($0, into: spectrum, scratch: scratch) }
      forEachColumnTile(of: spectrum, inverse: false, scratch: scratch) { index, value in
        power[index] = value.r * value.r + value.i * value.i
      }
      initialized = count
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
          let scratch = Scratch(height: height, width: width)
          for map in 0..<(coefficients.count / halfArea) {
            let input = UnsafeMutableBufferPointer(rebasing: coefficients[(map * halfArea)..<((map + 1) * halfArea)])
            let output = UnsafeMutableBufferPointer(rebasing: target[(map * area)..<((map + 1) * area)])
            transformColumns(of: input, inverse: true, scratch: scratch)
            restoreRows(UnsafeBufferPointer(input), into: output, scratch: scratch)
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

  /// Columns that are transformed together: their elements share cache lines.
  private static let tile = 8

  /// Room for one tile of lines before and after their transform.
  private final class Scratch {
    let before: UnsafeMutablePointer<kiss_fft_cpx>
    let after: UnsafeMutablePointer<kiss_fft_cpx>
    /// Elements from one line of a tile to the next: no power of two, so that lines do not fall on each other's places
    /// in the cache.
    let pitch: Int

    init(height: Int, width: Int) {
      pitch = max(height, width) + 8
      let count = pitch * FourierTransform.tile
      before = .allocate(capacity: count)
      after = .allocate(capacity: count)
      before.initialize(repeating: kiss_fft_cpx(r: 0, i: 0), count: count)
      after.initialize(repeating: kiss_fft_cpx(r: 0, i: 0), count: count)
    }

    deinit {
      before.deallocate()
      after.deallocate()
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
    _ map: UnsafeBufferPointer<Float>, into spectrum: UnsafeMutableBufferPointer<Complex>, scratch: Scratch
  ) {
    for row in stride(from: 0, to: height, by: 2) {
      let paired = row + 1 < height
      let (before, after) = (scratch.before, scratch.after)
      let (first, second) = (map.baseAddress.map { $0 + row * width }, map.baseAddress.map { $0 + (row + 1) * width })
      guard let first, let second else { return }
      if paired {
        for x in 0..<width { before[x] = Complex(r: first[x], i: second[x]) }
      } else {
        for x in 0..<width { before[x] = Complex(r: first[x], i: 0) }
      }
      rows.run(before, into: after, inverse: false)
      let start = row * halfWidth
      spectrum[start] = Complex(r: after[0].r, i: 0)
      for k in 1..<max(halfWidth, 1) {
        let (z, mirrored) = (after[k], after[width - k])
        spectrum[start + k] = Complex(r: (z.r + mirrored.r) / 2, i: (z.i - mirrored.i) / 2)
      }
      guard paired else { continue }
      let next = start + halfWidth
      spectrum[next] = Complex(r: after[0].i, i: 0)
      for k in 1..<max(halfWidth, 1) {
        let (z, mirrored) = (after[k], after[width - k])
        spectrum[next + k] = Complex(r: (z.i + mirrored.i) / 2, i: (mirrored.r - z.r) / 2)
      }
    }
  }

  private func restoreRows(
    _ spectrum: UnsafeBufferPointer<Complex>, into map: UnsafeMutableBufferPointer<Float>, scratch: Scratch
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
      rows.run(scratch.before, into: scratch.after, inverse: true)
      for x in 0..<width {
        map[row * width + x] = scratch.after[x].r * scale
        if paired { map[(row + 1) * width + x] = scratch.after[x].i * scale }
      }
    }
  }

  private func transformColumns(
    of spectrum: UnsafeMutableBufferPointer<Complex>, inverse: Bool, scratch: Scratch
  ) {
    forEachColumnTile(of: spectrum, inverse: inverse, scratch: scratch) { index, value in spectrum[index] = value }
  }

  /// Transforms the columns, a tile of them at a time, and hands over every element with its place.
  @inline(__always)
  private func forEachColumnTile(
    of spectrum: UnsafeMutableBufferPointer<Complex>, inverse: Bool, scratch: Scratch,
    _ body: (_ index: Int, _ value: Complex) -> Void
  ) {
    let (before, after, pitch) = (scratch.before, scratch.after, scratch.pitch)
    for left in stride(from: 0, to: halfWidth, by: FourierTransform.tile) {
      let count = min(FourierTransform.tile, halfWidth - left)
      for y in 0..<height {
        for column in 0..<count { before[column * pitch + y] = spectrum[y * halfWidth + left + column] }
      }
      for column in 0..<count { columns.run(before + column * pitch, into: after + column * pitch, inverse: inverse) }
      for y in 0..<height {
        for column in 0..<count { body(y * halfWidth + left + column, after[column * pitch + y]) }
      }
    }
  }
}
