import GinghamDiagnosis
import GinghamLattices
import GinghamSignals
import GinghamTensors

/// What is checked of a set of pictures, gathered picture by picture: nothing is kept of one but a few numbers.
struct CheckedPictures: Codable {
  private var set: PictureSetLattice
  @Packed private var blurs: [Double] = []
  @Packed private var bits: [Double] = []
  /// Of each period the picture with the largest share.
  private var worst: [Int: Worst] = [:]
  private(set) var count = 0

  private struct Worst: Codable {
    var excess: Double
    var name: String
  }

  /// - Throws: ``ArtifactError`` for periods that are none.
  init(limits: CheckLimits) throws {
    // A band is judged at the strictest of the limits, and held against its own afterwards.
    let usual = LatticeThresholds().excessShare
    let thresholds = LatticeThresholds(excessShare: limits.bands?.least ?? usual)
    set = try PictureSetLattice(periods: limits.periods, thresholds: thresholds)
  }

  /// One picture's part: measured by any thread, added in the pictures' order.
  struct Part: Sendable {
    var signs: PictureSigns
    var channels: [PictureLattice.Channel]
  }

  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``.
  func measure(_ sample: PictureSample) throws -> Part {
    let (signs, channels) = try PictureSigns.signs(of: sample, isJPEG: sample.place.isJPEG, in: set)
    return Part(signs: signs, channels: channels)
  }

  mutating func add(_ part: Part) {
    set.add(part.channels)
    count += 1
    if let blur = part.signs.blur { blurs.append(blur.sigma) }
    if let found = part.signs.levels?.bits { bits.append(found) }
    for band in part.signs.lattice.bands where band.share - band.null > worst[band.period]?.excess ?? -.infinity {
      worst[band.period] = Worst(excess: band.share - band.null, name: part.signs.name)
    }
  }

  /// Everything that was measured, limited or not.
  ///
  /// - Parameter layers: behind each period, where a net is.
  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  func figures(layers: [Int: String] = [:]) throws -> [CheckedFigure] {
    let (pooled, locked) = (try set.finding(), try set.lockedFinding())
    let bands = pooled.bands.map { band in
      CheckedFigure(
        .band(period: band.period), band.share - band.null, chance: band.chance, layer: layers[band.period],
        place: count > 1 ? worst[band.period]?.name : nil, standsOut: band.verdict == .artifact)
    }
    let tooLarge = pooled.skippedPeriods.map { period in
      CheckedFigure(.band(period: period), nil, reason: "the pictures are too small for a period of \(period) px")
    }
    return bands + tooLarge + faint(locked, layers: layers) + [
      CheckedFigure(
        .blur, blurs.isEmpty ? nil : median(blurs), reason: "the pictures are too small or too flat for a spectrum"),
      CheckedFigure(
        .banding, bits.isEmpty ? nil : median(bits),
        reason: "the pictures have too few pixels, or values that are none of a picture"),
    ]
  }

  private func faint(_ locked: LockedLatticeFinding?, layers: [Int: String]) -> [CheckedFigure] {
    guard let locked, locked.pictures >= PictureSetLattice.fewestLocked else {
      let reason = "what pictures have alike shows from \(PictureSetLattice.fewestLocked) pictures of one size on"
      return set.lattice.periods.prefix(1).map { CheckedFigure(.faint(period: $0), nil, reason: reason) }
    }
    return locked.bands.map { band in
      CheckedFigure(
        .faint(period: band.period), band.levels, chance: band.chance, layer: layers[band.period],
        standsOut: band.isLocked)
    }
  }
}
