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

  private let rows: LaneTransform
  private let columns: LaneTransform

  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "a map of \(height)×\(width) has no spectrum")
    self.height = height
    self.width = width
    rows = LaneTransform(count: width)
    columns = height == width ? rows : LaneTransform(count: height)
  }

  /// `F[k, l] = Σ f[y, x]·exp(−2πi(ky/H + lx/W))`, unnormalised, of each map of …×H×W.
  public func forward(_ maps: Tensor) -> Tensor {
    let shape = spectrumShape(of: maps.shape)
    let (area, halfArea) = (height * width, height * halfWidth)
    return maps.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        withScratch { data, scratch in
          for map in 0..<(source.count / area) {
            let input = UnsafeBufferPointer(rebasing: source[(map * area)..<((map + 1) * area)])
            let output = UnsafeMutableBufferPointer(
              rebasing: target[(2 * map * halfArea)..<(2 * (map + 1) * halfArea)])
            transformRows(input, into: output, data, scratch)
            transformColumns(of: output, inverse: false, data, scratch)
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
      Tensor(shape) { target in
        withScratch { data, scratch in
          for map in 0..<(source.count / halfArea / 2) {
            let input = UnsafeMutableBufferPointer(
              rebasing: source[(2 * map * halfArea)..<(2 * (map + 1) * halfArea)])
            let output = UnsafeMutableBufferPointer(rebasing: target[(map * area)..<((map + 1) * area)])
            transformColumns(of: input, inverse: true, data, scratch)
            restoreRows(UnsafeBufferPointer(input), into: output, data, scratch)
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
  private typealias Lanes = UnsafeMutablePointer<ComplexLanes>

  private func withScratch(_ body: (_ data: Lanes, _ scratch: Lanes) -> Void) {
    let count = max(height, width)
    let memory = Lanes.allocate(capacity: 2 * count)
    memory.initialize(repeating: .zero, count: 2 * count)
    defer { memory.deallocate() }
    body(memory, memory + count)
  }

  /// Sixteen real rows at a time: two rows a and b ride through one complex transform as a + ib, and the symmetry of
  /// their spectra parts them.
  private func transformRows(
    _ map: UnsafeBufferPointer<Float>, into spectrum: UnsafeMutableBufferPointer<Float>, _ data: Lanes, _ scratch: Lanes
  ) {
    let (width, half) = (width, halfWidth)
    for top in stride(from: 0, to: height, by: 16) {
      let count = min(16, height - top)
      // Lanes without a row keep what they held: nothing of it reaches the others.
      data.withMemoryRebound(to: Float.self, capacity: 16 * width) { data in
        for lane in 0..<count {
          let start = (top + lane) * width
          for x in 0..<width { data[16 * x + lane] = map[start + x] }
        }
      }
      let result = rows.run(data, scratch: scratch)
      for k in 0..<half {
        let (z, mirrored) = (result[k], result[k == 0 ? 0 : width - k])
        let first = ComplexLanes(
          real: (z.real + mirrored.real) * 0.5, imaginary: (z.imaginary - mirrored.imaginary) * 0.5)
        let second = ComplexLanes(
          real: (z.imaginary + mirrored.imaginary) * 0.5, imaginary: (mirrored.real - z.real) * 0.5)
        for lane in 0..<min(count, 8) {
          let bin = 2 * ((top + lane) * half + k)
          (spectrum[bin], spectrum[bin + 1]) = (first.real[lane], first.imaginary[lane])
        }
        for lane in 0..<max(count - 8, 0) {
          let bin = 2 * ((top + 8 + lane) * half + k)
          (spectrum[bin], spectrum[bin + 1]) = (second.real[lane], second.imaginary[lane])
        }
      }
    }
  }

  /// Its inverse. An inverse transform is a forward one with real and imaginary parts exchanged before and after.
  private func restoreRows(
    _ spectrum: UnsafeBufferPointer<Float>, into map: UnsafeMutableBufferPointer<Float>, _ data: Lanes, _ scratch: Lanes
  ) {
    let (width, half) = (width, halfWidth)
    let scale = 1 / (Float(height) * Float(width))
    for top in stride(from: 0, to: height, by: 16) {
      let count = min(16, height - top)
      for k in 0..<half {
        var (a, b) = (ComplexLanes.zero, ComplexLanes.zero)
        for lane in 0..<min(count, 8) {
          let bin = 2 * ((top + lane) * half + k)
          (a.real[lane], a.imaginary[lane]) = (spectrum[bin], spectrum[bin + 1])
        }
        for lane in 0..<max(count - 8, 0) {
          let bin = 2 * ((top + 8 + lane) * half + k)
          (b.real[lane], b.imaginary[lane]) = (spectrum[bin], spectrum[bin + 1])
        }
        if k == 0 || 2 * k == width {
          (a.imaginary, b.imaginary) = (.zero, .zero)
        } else {
          data[width - k] = ComplexLanes(real: b.real - a.imaginary, imaginary: a.real + b.imaginary)
        }
        data[k] = ComplexLanes(real: a.imaginary + b.real, imaginary: a.real - b.imaginary)
      }
      let result = rows.run(data, scratch: scratch)
      for x in 0..<width {
        for lane in 0..<min(count, 8) { map[(top + lane) * width + x] = result[x].imaginary[lane] * scale }
        for lane in 0..<max(count - 8, 0) { map[(top + 8 + lane) * width + x] = result[x].real[lane] * scale }
      }
    }
  }

  /// Eight columns at a time.
  private func transformColumns(
    of spectrum: UnsafeMutableBufferPointer<Float>, inverse: Bool, _ data: Lanes, _ scratch: Lanes
  ) {
    let half = halfWidth
    for left in stride(from: 0, to: half, by: 8) {
      let count = min(8, half - left)
      for y in 0..<height {
        let start = 2 * (y * half + left)
        var numbers = ComplexLanes.zero
        for lane in 0..<count {
          (numbers.real[lane], numbers.imaginary[lane]) = (spectrum[start + 2 * lane], spectrum[start + 2 * lane + 1])
        }
        data[y] = inverse ? numbers.exchanged : numbers
      }
      let result = columns.run(data, scratch: scratch)
      for y in 0..<height {
        let start = 2 * (y * half + left)
        let numbers = inverse ? result[y].exchanged : result[y]
        for lane in 0..<count {
          (spectrum[start + 2 * lane], spectrum[start + 2 * lane + 1]) = (numbers.real[lane], numbers.imaginary[lane])
        }
      }
    }
  }
}
