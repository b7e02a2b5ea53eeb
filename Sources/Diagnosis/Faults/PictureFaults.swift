import GinghamLattices
import GinghamSignals
import GinghamTensors

/// What is measured on a picture beside its lattices: steps at block boundaries, sharpness, colour banding.
public struct PictureFaults: Hashable, Sendable, Codable {
  /// How strongly the boundaries of blocks of one period show.
  public struct Blocks: Hashable, Sendable, Codable {
    /// In pixels.
    public var period: Int
    /// Of blocks that begin at pixel 0.
    public var atOrigin: Double
    /// At the offset whose boundaries stand out most.
    public var strongest: Double

    private enum CodingKeys: String, CodingKey {
      case period, atOrigin, strongest
    }

    /// Every key is always there; null where nothing steps anywhere else, as in enlargements by whole factors.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(period, forKey: .period)
      func written(_ steps: Double) -> Double? { steps.isFinite || encoder.keepsAll ? steps : nil }
      try container.encode(written(atOrigin), forKey: .atOrigin)
      try container.encode(written(strongest), forKey: .strongest)
    }
  }

  /// Of the luma, for the periods that are smaller than the picture.
  public var blockiness: [Blocks]
  /// Of the luma.
  public var sharpness: Sharpness
  /// The median over the channels; `nil` where samples leave 0…1, so that they have no 8-bit levels.
  public var banding: ColourBanding?

  /// - Parameters:
  ///   - channels: of one picture.
  ///   - luma: what ``Plane/luma(of:)`` makes of them.
  ///   - spectrum: of the luma.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below 3×3 pixels.
  public init(of channels: [Plane], luma: Plane, spectrum: RadialSpectrum, periods: [Int]) throws {
    let steps = StepProfile(of: luma)
    let side = min(luma.height, luma.width)
    blockiness = try periods.filter { $0 < side }.map { period in
      let blocks = try Blockiness(of: steps, period: period)
      return Blocks(period: period, atOrigin: blocks.atOrigin, strongest: blocks.strongest)
    }
    sharpness = try Sharpness(of: luma, spectrum: spectrum, steps: steps)
    banding =
      channels.allSatisfy { $0.lies(within: 0...1) }
      ? ColourBanding(median: channels.map(ColourBanding.init)) : nil
  }

  /// The median of each figure over the pictures of a set; `nil` for an empty set.
  public init?(median set: [PictureFaults]) {
    guard !set.isEmpty else { return nil }
    let periods = Set(set.flatMap { $0.blockiness.map(\.period) }).sorted()
    blockiness = periods.map { period in
      let found = set.compactMap { $0.blockiness.first { $0.period == period } }
      return Blocks(
        period: period, atOrigin: GinghamSignals.median(found.map(\.atOrigin)),
        strongest: GinghamSignals.median(found.map(\.strongest)))
    }
    sharpness = Sharpness(median: set.map(\.sharpness))
    banding = ColourBanding(median: set.compactMap(\.banding))
  }
}

extension Sharpness {
  /// The median of each figure over several maps.
  init(median all: [Sharpness]) {
    let slopes = all.compactMap(\.spectralSlope)
    laplacianVariance = GinghamSignals.median(all.map(\.laplacianVariance))
    spectralSlope = slopes.isEmpty ? nil : GinghamSignals.median(slopes)
    highFrequencyShare = GinghamSignals.median(all.map(\.highFrequencyShare))
    normalizedTotalVariation = GinghamSignals.median(all.map(\.normalizedTotalVariation))
  }
}

extension ColourBanding {
  /// The median of each figure over several channels; `nil` where there is none.
  init?(median all: [ColourBanding]) {
    guard !all.isEmpty else { return nil }
    levels = Int(GinghamSignals.median(all.map { Double($0.levels) }))
    emptyBinShare = GinghamSignals.median(all.map(\.emptyBinShare))
    meanRampRun = GinghamSignals.median(all.map(\.meanRampRun))
    longestRampRun = Int(GinghamSignals.median(all.map { Double($0.longestRampRun) }))
  }
}
