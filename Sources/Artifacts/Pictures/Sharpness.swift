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

  private enum CodingKeys: String, CodingKey {
    case laplacianVariance = "laplacian_variance"
    case spectralSlope = "spectral_slope"
    case highFrequencyShare = "high_frequency_share"
    case normalizedTotalVariation = "normalized_total_variation"
  }

  /// Of one map of at least 3×3 pixels.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``.
  public init(of map: Plane) throws {
    laplacianVariance = try Sharpness.laplacian(of: map).variance
    let spectrum = try RadialSpectrum(of: [map])
    let isConstant = !SignedLatticeEnergy.varies(map.variance, around: map.mean)
    spectralSlope = isConstant ? nil : spectrum.slope()
    highFrequencyShare = isConstant ? 0 : spectrum.highFrequencyShare
    normalizedTotalVariation = Sharpness.normalizedTotalVariation(of: map)
  }

  static func laplacian(of map: Plane) throws -> Plane {
    guard map.height >= 3, map.width >= 3 else {
      throw ArtifactError.tooSmall(height: map.height, width: map.width, needed: 3, why: "for a Laplacian")
    }
    var result = Plane(height: map.height - 2, width: map.width - 2)
    for y in 1..<(map.height - 1) {
      for x in 1..<(map.width - 1) {
        result[y - 1, x - 1] = map[y - 1, x] + map[y + 1, x] + map[y, x - 1] + map[y, x + 1] - 4 * map[y, x]
      }
    }
    return result
  }

  public static func normalizedTotalVariation(of map: Plane) -> Double {
    var variation = 0.0
    for y in 0..<map.height {
      for x in 0..<map.width {
        if x + 1 < map.width { variation += abs(map[y, x + 1] - map[y, x]) }
        if y + 1 < map.height { variation += abs(map[y + 1, x] - map[y, x]) }
      }
    }
    let mass = map.values.reduce(0) { $0 + abs($1) }
    return mass > 0 ? variation / mass : 0
  }
}
