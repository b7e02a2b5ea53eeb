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
  ///
  /// - Parameter factors: H×(W/2+1), row-major; each coefficient is multiplied by its own. `nil`: by one.
  public func forward(_ maps: Tensor, times factors: [Float]? = nil, on team: ThreadTeam = .alone) -> Tensor {
    let shape = spectrumShape(of: maps.shape)
    let (area, halfArea) = (height * width, height * halfWidth)
    return maps.withUnsafeBufferPointer { source in
      withFactors(factors) { factors in
        Tensor(shape) { target in
          withComplex(target) { spectra in
            forEachBand(of: height, by: Self.rowBlock, maps: source.count / area, on: team) { map, rows, scratch in
              let input = UnsafeBufferPointer(rebasing: source[(map * area)..<((map + 1) * area)])
              let output = UnsafeMutableBufferPointer(rebasing: spectra[(map * halfArea)..<((map + 1) * halfArea)])
              transformRows(input, rows: rows, into: output, scratch: scratch)
            }
            forEachBand(of: halfWidth, by: Self.tile, maps: source.count / area, on: team) { map, columns, scratch in
              let spectrum = UnsafeMutableBufferPointer(rebasing: spectra[(map * halfArea)..<((map + 1) * halfArea)])
              transformTile(columns, of: UnsafeBufferPointer(spectrum), inverse: false, scratch: scratch) {
                index, value in
                let factor = factors?[index] ?? 1
                spectrum[index] = Complex(r: value.r * factor, i: value.i * factor)
              }
            }
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

  /// The inverse of ``forward(_:times:on:)``, normalised by 1/(HW): the maps whose spectra these are.
  ///
  /// Where the coefficients of the first column, or of the last of an even width, are not the spectrum of a real map,
  /// the result is the real part, as in NumPy and PyTorch.
  ///
  /// - Parameter factors: H×(W/2+1), row-major, by which coefficients are multiplied first. `nil`: by one.
  public func inverse(_ spectra: Tensor, times factors: [Float]? = nil, on team: ThreadTeam = .alone) -> Tensor {
    let shape = mapShape(of: spectra.shape)
    let (area, halfArea) = (height * width, height * halfWidth)
    return spectra.withUnsafeBufferPointer { source in
      withFactors(factors) { factors in
        source.withMemoryRebound(to: Complex.self) { source in
          Tensor(shape) { target in
            let middle = UnsafeMutableBufferPointer<Complex>.allocate(capacity: source.count)
            defer { middle.deallocate() }
            forEachBand(of: halfWidth, by: Self.tile, maps: source.count / halfArea, on: team) {
              map, columns, scratch in
              let input = UnsafeBufferPointer(rebasing: source[(map * halfArea)..<((map + 1) * halfArea)])
              transformTile(columns, of: input, times: factors, inverse: true, scratch: scratch) { index, value in
                middle[map * halfArea + index] = value
              }
            }
            forEachBand(of: height, by: Self.rowBlock, maps: source.count / halfArea, on: team) {
              map, rows, scratch in
              let input = UnsafeBufferPointer(rebasing: middle[(map * halfArea)..<((map + 1) * halfArea)])
              let output = UnsafeMutableBufferPointer(rebasing: target[(map * area)..<((map + 1) * area)])
              restoreRows(input, rows: rows, into: output, scratch: scratch)
            }
          }
        }
      }
    }
  }

  /// The adjoint of ``inverse(_:times:on:)``: what a gradient at the maps is at real and imaginary part of the
  /// coefficients.
  public func inverseAdjoint(_ gradient: Tensor, on team: ThreadTeam = .alone) -> Tensor {
    forward(gradient, times: inverseAdjointWeights, on: team)
  }

  /// The adjoint of ``forward(_:times:on:)``: what a gradient at real and imaginary part of the coefficients is at the
  /// maps.
  public func forwardAdjoint(_ gradient: Tensor) -> Tensor {
    inverse(gradient, times: inverseAdjointWeights.map { 1 / $0 })
  }

  /// H×(W/2+1): by which a forward transform is multiplied to be the adjoint of an inverse. A coefficient off the
  /// self-conjugate columns stands for its mirror image too and so counts twice.
  public var inverseAdjointWeights: [Float] {
    let row = (0..<halfWidth).map { 2 / (Float(height) * Float(width)) * weight(ofColumn: $0) }
    return (0..<height).flatMap { _ in row }
  }

  /// ½ for the columns that are their own mirror image (zero, and the last of an even width), 1 for the others.
  private func weight(ofColumn column: Int) -> Float {
    column == 0 || 2 * column == width ? 0.5 : 1
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

  /// Rows that a thread takes at a time, in pairs.
  private static let rowBlock = 16

  /// `body` for stretches of an axis of every map, several at once, each with room of its own.
  private func forEachBand(
    of extent: Int, by step: Int, maps: Int, on team: ThreadTeam,
    _ body: (_ map: Int, _ range: Range<Int>, _ scratch: Scratch) -> Void
  ) {
    let bands = (extent + step - 1) / step
    team.share(maps * bands) { units in
      let scratch = Scratch(height: height, width: width)
      for unit in units {
        let (map, band) = unit.quotientAndRemainder(dividingBy: bands)
        body(map, (band * step)..<min((band + 1) * step, extent), scratch)
      }
    }
  }

  private func withFactors<Result>(_ factors: [Float]?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let factors else { return body(nil) }
    precondition(factors.count == height * halfWidth, "a half spectrum of \(height)×\(halfWidth) has as many factors")
    return factors.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private func withComplex<Result>(
    _ buffer: UnsafeMutableBufferPointer<Float>,
    _ body: (UnsafeMutableBufferPointer<kiss_fft_cpx>) throws -> Result
  ) rethrows -> Result {
    try UnsafeMutableRawBufferPointer(buffer).withMemoryRebound(to: kiss_fft_cpx.self, body)
  }

  /// Two real rows a and b ride through one complex transform as a + ib; the symmetry of their spectra parts them.
  private func transformRows(
    _ map: UnsafeBufferPointer<Float>, rows range: Range<Int>? = nil,
    into spectrum: UnsafeMutableBufferPointer<Complex>, scratch: Scratch
  ) {
    let range = range ?? 0..<height
    for row in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
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
    _ spectrum: UnsafeBufferPointer<Complex>, rows range: Range<Int>,
    into map: UnsafeMutableBufferPointer<Float>, scratch: Scratch
  ) {
    let scale = 1 / (Float(height) * Float(width))
    for row in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
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

  /// Transforms the columns, a tile of them at a time, and hands over every element with its place.
  @inline(__always)
  private func forEachColumnTile(
    of spectrum: UnsafeMutableBufferPointer<Complex>, inverse: Bool, scratch: Scratch,
    _ body: (_ index: Int, _ value: Complex) -> Void
  ) {
    for left in stride(from: 0, to: halfWidth, by: FourierTransform.tile) {
      transformTile(
        left..<min(left + FourierTransform.tile, halfWidth), of: UnsafeBufferPointer(spectrum), inverse: inverse,
        scratch: scratch, body)
    }
  }

  /// Transforms some columns, times factors, and hands over every element with its place.
  @inline(__always)
  private func transformTile(
    _ range: Range<Int>, of spectrum: UnsafeBufferPointer<Complex>, times factors: UnsafePointer<Float>? = nil,
    inverse: Bool, scratch: Scratch, _ body: (_ index: Int, _ value: Complex) -> Void
  ) {
    let (before, after, pitch) = (scratch.before, scratch.after, scratch.pitch)
    for y in 0..<height {
      let start = y * halfWidth + range.lowerBound
      if let factors {
        for column in 0..<range.count {
          let (value, factor) = (spectrum[start + column], factors[start + column])
          before[column * pitch + y] = Complex(r: value.r * factor, i: value.i * factor)
        }
      } else {
        for column in 0..<range.count { before[column * pitch + y] = spectrum[start + column] }
      }
    }
    for column in 0..<range.count {
      columns.run(before + column * pitch, into: after + column * pitch, inverse: inverse)
    }
    for y in 0..<height {
      for column in 0..<range.count { body(y * halfWidth + range.lowerBound + column, after[column * pitch + y]) }
    }
  }
}
