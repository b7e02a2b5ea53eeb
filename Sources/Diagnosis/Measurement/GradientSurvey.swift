import GinghamLattices
import GinghamSignals
import GinghamTensors

/// Measures saved gradients on the lattice that all periods of interest repeat after: only their squares matter.
public struct GradientSurvey: Sendable, Codable {
  /// What counts as an artifact or a fault.
  public let thresholds: LatticeThresholds
  /// What all periods repeat after.
  private let wanted: Int
  private var maps: [Map] = []

  /// The longest period that all those asked for may repeat after.
  private static let longestPeriod = 1024

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``.
  public init(periods: [Int], thresholds: LatticeThresholds = LatticeThresholds()) throws {
    var common = 1
    for period in periods {
      let period = try Lattice(period: period).period
      common = common / greatestCommonDivisor(common, period) * period
      guard common <= Self.longestPeriod else {
        throw ArtifactError.badPeriod(common, why: "it is what all periods repeat after")
      }
    }
    (wanted, self.thresholds) = (common, thresholds)
  }

  /// The energy of one gradient, and its roughness.
  public struct Map: Sendable, Codable {
    var name: String
    var channels: Int
    /// Σ_c g².
    var energy: Plane
    var variation: Double
    var highFrequencyShare: Double

    /// - Throws: ``ArtifactError/badArgument(_:)`` for a picture, which has no signs.
    public init(_ sample: PictureSample) throws {
      guard sample.isArray else {
        throw ArtifactError.badArgument("a picture has no signs; gradients come as .npy arrays")
      }
      var energy = Plane(height: sample.height, width: sample.width)
      for channel in sample.channels {
        for index in energy.values.indices { energy.values[index] += channel.values[index] * channel.values[index] }
      }
      (name, channels, self.energy) = (sample.place.name, sample.channels.count, energy)
      variation = median(sample.channels.map(Sharpness.normalizedTotalVariation))
      highFrequencyShare = median(try sample.channels.map { try RadialSpectrum(of: [$0]).highFrequencyShare })
    }
  }

  /// Adds a map.
  public mutating func add(_ map: Map) { maps.append(map) }

  /// What was added so far, on the largest period that fits the smallest map; `nil` before that.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even two periods of 2 fit.
  public func finding() throws -> MeasuredGradients? {
    guard let side = maps.map(\.energy.side).min(), let isLine = maps.first?.energy.isLine else { return nil }
    // Two periods at least must fit: below, a phase is one pixel and nothing repeats.
    let period = stride(from: wanted, to: 1, by: -1).first { wanted.isMultiple(of: $0) && 2 * $0 <= side }
    guard let period else {
      throw ArtifactError.tooSmall(height: side, width: side, needed: 2 * wanted, why: "for two periods")
    }
    let border = GradientLattice.usualBorder(period: period, height: side, width: side)
    let empty = try GradientLattice(period: period, isLine: isLine, border: border, thresholds: thresholds)
    var pool = empty
    let gradients = try maps.map { map in
      var lattice = empty
      try lattice.add(energy: map.energy)
      try pool.add(energy: map.energy)
      return MeasuredGradients.Gradient(
        name: map.name, height: map.energy.height, width: map.energy.width, channels: map.channels,
        figures: GradientFigures(
          lattice: try lattice.finding(), normalizedTotalVariation: map.variation,
          highFrequencyShare: map.highFrequencyShare))
    }
    let pooled = GradientFigures(
      lattice: try pool.finding(), normalizedTotalVariation: median(maps.map(\.variation)),
      highFrequencyShare: median(maps.map(\.highFrequencyShare)))
    return MeasuredGradients(
      periods: pool.lattice.bandPeriods, gradients: gradients, pooled: pooled, phases: pool.phases)
  }
}

/// Power unevenness of gradients.
public struct GradientFigures: Encodable, Sendable {
  /// What the lattice shows.
  public var lattice: LatticeFinding
  /// Σ(|∂x| + |∂y|)/Σ|g|, the median over the channels.
  public var normalizedTotalVariation: Double
  /// Share of the power but the mean's above ¼ cycle a pixel, the median over the channels.
  public var highFrequencyShare: Double
}

/// The gradients of a set, and what they show together.
public struct MeasuredGradients: Sendable {
  /// A map by itself.
  public struct Gradient: Sendable {
    /// Of the file.
    public var name: String
    /// In pixels.
    public var height: Int
    /// In pixels.
    public var width: Int
    /// Of the map.
    public var channels: Int
    /// What was measured on it.
    public var figures: GradientFigures
  }

  /// Of the bands measured.
  public var periods: [Int]
  /// One a map.
  public var gradients: [Gradient]
  /// Of all maps together.
  public var pooled: GradientFigures
  /// Mean energy of each phase over all.
  public var phases: PhaseTable
}
