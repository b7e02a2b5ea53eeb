import GinghamLattices

/// How sharp and how rough a map is. None of these can tell a grid from noise; they stand beside the lattice figures.
public struct Sharpness: Hashable, Sendable, Codable {
  /// Variance of the Laplacian (4-neighbour stencil, inner pixels): low where blurred. In squared units of the map.
  public var laplacianVariance: Double
  /// Exponent of the radial power law; `nil` for maps that are too small or constant.
  public var spectralSlope: Double?
  /// Share of the power but the mean's above ¼ cycle a pixel.
  public var highFrequencyShare: Double
  /// Σ(|∂x| + |∂y|)/Σ|f|: total variation freed of scale. 0 for a zero map.
  public var normalizedTotalVariation: Double

  /// Of one map of at least 3×3 pixels.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``.
  public init(of map: Plane) throws {
    try self.init(of: map, spectrum: RadialSpectrum(of: [map]), steps: StepProfile(of: map))
  }

  /// Of a map whose spectrum and steps are known already.
  init(of map: Plane, spectrum: RadialSpectrum, steps: StepProfile) throws {
    laplacianVariance = try Sharpness.laplacianVariance(of: map)
    let isConstant = !SignedLatticeEnergy.varies(map.variance, around: map.mean)
    spectralSlope = isConstant ? nil : spectrum.slope()
    highFrequencyShare = isConstant ? 0 : spectrum.highFrequencyShare
    normalizedTotalVariation = Sharpness.normalizedTotalVariation(of: map, steps: steps)
  }

  /// Σ(|∂x| + |∂y|)/Σ|f| of one map; 0 for a map of zeros.
  public static func normalizedTotalVariation(of map: Plane) -> Double {
    normalizedTotalVariation(of: map, steps: StepProfile(of: map))
  }

  private static func normalizedTotalVariation(of map: Plane, steps: StepProfile) -> Double {
    let mass = map.absoluteSum
    return mass > 0 ? steps.totalVariation / mass : 0
  }

  /// The variance of the Laplacian over the inner pixels, row by row.
  private static func laplacianVariance(of map: Plane) throws -> Double {
    guard map.height >= 3, map.width >= 3 else {
      throw ArtifactError.tooSmall(height: map.height, width: map.width, needed: 3, why: "for a Laplacian")
    }
    let (inner, width) = (map.width - 2, map.width)
    var sums = [Double](repeating: 0, count: 2 * inner)
    map.values.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        guard let base = source.baseAddress, let sum = sums.baseAddress else { return }
        let square = sum + inner
        for y in 1..<(map.height - 1) {
          let here = base + y * width + 1
          let (above, below, left, right) = (here - width, here + width, here - 1, here + 1)
          for x in 0..<inner {
            let value = above[x] + below[x] + left[x] + right[x] - 4 * here[x]
            sum[x] += value
            square[x] += value * value
          }
        }
      }
    }
    // The sum telescopes to differences at the border: no digits are lost beside it.
    let count = Double(inner * (map.height - 2))
    let mean = sums[..<inner].reduce(0, +) / count
    return max(0, sums[inner...].reduce(0, +) / count - mean * mean)
  }
}
