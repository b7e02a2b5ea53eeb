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
  public func forward(_ maps: Tensor) -> Tensor { forward(maps, scale: 1, ownMirrorScale: 1) }

  /// - Parameters:
  ///   - scale: of the columns that stand for their mirror images too.
  ///   - ownMirrorScale: of the others.
  private func forward(_ maps: Tensor, scale: Float, ownMirrorScale: Float) -> Tensor {
    let shape = spectrumShape(of: maps.shape)
    let (area, halfWidth) = (height * width, halfWidth)
    let factors = factors(ownMirror: ownMirrorScale, other: scale)
    return maps.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let passes = FourierPasses(rows: rows, columns: columns)
        for map in 0..<(maps.shape.elementCount / area) {
          passes.transformRows(of: source + map * area)
          let spectrum = target + map * 2 * height * halfWidth
          passes.transformColumns { row, column, count, values in
            let place = spectrum + 2 * (row * halfWidth + column)
            if count == ComplexTransform.lanes {
              let factor = SIMD4(factors[column], factors[column + 1], factors[column + 2], factors[column + 3])
              var pairs = SIMD8<Float>()
              (pairs.evenHalf, pairs.oddHalf) = (values.r * factor, values.i * factor)
              UnsafeMutableRawPointer(place).storeBytes(of: pairs, as: SIMD8<Float>.self)
            } else {
              for k in 0..<count {
                place[2 * k] = values.r[k] * factors[column + k]
                place[2 * k + 1] = values.i[k] * factors[column + k]
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
    let (count, halfWidth) = (height * halfWidth, halfWidth)
    return [Float](unsafeUninitializedCapacity: count) { power, initialized in
      let passes = FourierPasses(rows: rows, columns: columns)
      map.withUnsafeBufferPointer { source in
        if let source = source.baseAddress { passes.transformRows(of: source) }
      }
      passes.transformColumns { row, column, count, values in
        let square = values.r * values.r + values.i * values.i
        let place = row * halfWidth + column
        if count == ComplexTransform.lanes {
          UnsafeMutableRawBufferPointer(power).storeBytes(of: square, toByteOffset: 4 * place, as: SIMD4<Float>.self)
        } else {
          for k in 0..<count { power[place + k] = square[k] }
        }
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
    return spectra.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        let passes = FourierPasses(rows: rows, columns: columns)
        for map in 0..<(shape.elementCount / (height * width)) {
          passes.restoreColumns(of: source + map * 2 * height * halfWidth)
          passes.restoreRows(into: target + map * height * width)
        }
      }
    }
  }

  /// The adjoint of ``inverse(_:)``: what a gradient at the maps is at real and imaginary part of the coefficients.
  ///
  /// A coefficient off the self-conjugate columns stands for its mirror image too and so counts twice.
  public func inverseAdjoint(_ gradient: Tensor) -> Tensor {
    let scale = 1 / (Float(height) * Float(width))
    return forward(gradient, scale: 2 * scale, ownMirrorScale: scale)
  }

  /// The adjoint of ``forward(_:)``: what a gradient at real and imaginary part of the coefficients is at the maps.
  public func forwardAdjoint(_ gradient: Tensor) -> Tensor {
    let scale = Float(height) * Float(width)
    let factors = factors(ownMirror: scale, other: scale / 2)
    var scaled = gradient
    scaled.withUnsafeMutableBufferPointer { buffer in
      for line in stride(from: 0, to: buffer.count, by: 2 * halfWidth) {
        for k in 0..<(2 * halfWidth) { buffer[line + k] *= factors[k / 2] }
      }
    }
    return inverse(scaled)
  }

  /// One a column of the half spectrum: column zero, and the last of an even width, are their own mirror images.
  private func factors(ownMirror: Float, other: Float) -> [Float] {
    (0..<halfWidth).map { $0 == 0 || 2 * $0 == width ? ownMirror : other }
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
