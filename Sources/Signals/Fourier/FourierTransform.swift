import GinghamTensors

/// A plan for real two-dimensional Fourier transforms of one size, made once and used as often as wanted.
///
/// Maps are …×H×W; spectra are …×H×(W/2+1)×2, the last axis being real and imaginary part (the half that a real map
/// leaves free, as `rfft2` of NumPy and PyTorch). Any height and width of at least one is allowed; sizes whose prime
/// factors are small are fast: O(HW·Σ factors). A plan may be used by several threads at once.
public final class FourierTransform: Sendable {
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int
  /// Columns of a half spectrum: `width / 2 + 1`.
  public var halfWidth: Int { width / 2 + 1 }

  private let rows: ComplexTransform
  private let columns: ComplexTransform

  /// With the properties of the same names.
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
    let halfArea = height * halfWidth
    return maps.withUnsafeBufferPointer { source in
      withFactors(factors) { factors in
        Tensor(shape) { target in
          guard let spectra = target.baseAddress else { return }
          let passes = passes(maps: source.count / (height * width), on: team)
          if let source = source.baseAddress { passes.transformRows(of: source) }
          passes.transformColumns { place, count, values in
            var values = values
            if let factors {
              let factor = FourierPasses.load(factors + place % halfArea, count: count)
              (values.r, values.i) = (values.r * factor, values.i * factor)
            }
            if count == ComplexTransform.lanes {
              var pairs = SIMD8<Float>()
              (pairs.evenHalf, pairs.oddHalf) = (values.r, values.i)
              UnsafeMutableRawPointer(spectra + 2 * place).storeBytes(of: pairs, as: SIMD8<Float>.self)
            } else {
              for k in 0..<count {
                (spectra[2 * (place + k)], spectra[2 * (place + k) + 1]) = (values.r[k], values.i[k])
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
      let passes = passes(maps: 1, on: .alone)
      map.withUnsafeBufferPointer { source in
        if let source = source.baseAddress { passes.transformRows(of: source) }
      }
      passes.transformColumns { place, count, values in
        let square = values.r * values.r + values.i * values.i
        if count == ComplexTransform.lanes {
          UnsafeMutableRawBufferPointer(power).storeBytes(of: square, toByteOffset: 4 * place, as: SIMD4<Float>.self)
        } else {
          for k in 0..<count { power[place + k] = square[k] }
        }
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
    return spectra.withUnsafeBufferPointer { source in
      withFactors(factors) { factors in
        Tensor(shape) { target in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          let passes = passes(maps: shape.elementCount / (height * width), on: team)
          passes.restoreColumns(of: source, times: factors)
          passes.restoreRows(into: target)
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

  /// The largest length up to a limit that has no prime factor above 5: transforms of such lengths are fast.
  ///
  /// - Parameter limit: at least 1.
  public static func fastLength(atMost limit: Int) -> Int {
    var best = 1
    var fives = 1
    while fives <= limit {
      var threes = fives
      while threes <= limit {
        var length = threes
        while length <= limit / 2 { length *= 2 }
        best = max(best, length)
        threes *= 3
      }
      fives *= 5
    }
    return best
  }

  private func passes(maps: Int, on team: ThreadTeam) -> FourierPasses {
    FourierPasses(rows: rows, columns: columns, maps: maps, team: team)
  }

  private func withFactors<Result>(_ factors: [Float]?, _ body: (UnsafePointer<Float>?) -> Result) -> Result {
    guard let factors else { return body(nil) }
    precondition(factors.count == height * halfWidth, "a half spectrum of \(height)×\(halfWidth) has as many factors")
    return factors.withUnsafeBufferPointer { body($0.baseAddress) }
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
