import Foundation
import GinghamLattices
import GinghamSignals

/// Signs held against thresholds.
struct FaultDetection {
  let signs: [PictureSigns]
  let pooled: PictureLatticeFinding
  let locked: LockedLatticeFinding?
  let reference: [PictureSigns]
  let thresholds: DiagnosisThresholds
  let tileDistances: [Double?]
  let colours: ColourDistance?
  let norm: LocalOutliers?

  var findings: [FaultFinding] {
    [checkerboard ?? sharedCheckerboard, blocks, blur, banding, saturation, distortion].compactMap { $0 }
      + colourFindings
  }

  /// Whether so many pictures of the set make a finding: in a large set the odd false alarm is expected.
  private func isEnough(_ affected: Int) -> Bool {
    affected > 0 && Double(affected) >= thresholds.affectedShare * Double(signs.count)
  }

  private func severity(_ strength: Double, over threshold: Double) -> Double {
    threshold > 0 ? log2(max(strength, 1e-12) / threshold) : 0
  }

  private func names(_ affected: [Int]) -> [String] { affected.map { signs[$0].name } }

  private func finding(
    _ sign: FaultFinding.Sign, strength: Double, over threshold: Double, severity: Double? = nil, pictures: [Int],
    worst: Int?
  ) -> FaultFinding {
    FaultFinding(
      sign: sign, strength: strength, threshold: threshold,
      severity: severity ?? self.severity(strength, over: threshold), pictures: names(pictures), setSize: signs.count,
      worst: worst.map { signs[$0].name })
  }

  // MARK: Checkerboard

  private var checkerboard: FaultFinding? {
    func strongest(_ finding: PictureLatticeFinding) -> PictureLatticeFinding.Band? {
      finding.bands.filter { $0.verdict == .artifact }.max { $0.share - $0.null < $1.share - $1.null }
    }
    let own = signs.map { strongest($0.lattice) }
    let affected = signs.indices.filter { own[$0] != nil }
    let together = strongest(pooled)
    guard together != nil || isEnough(affected.count) else { return nil }
    let worst = affected.max { (own[$0]?.share ?? 0) < (own[$1]?.share ?? 0) }
    guard let band = together ?? worst.flatMap({ own[$0] }) else { return nil }
    let strength = max(0, band.share - band.null)
    let isJPEG = isJPEGLattice(band, affected: affected.isEmpty ? Array(signs.indices) : affected)
    let lattice = FaultFinding.Lattice(
      period: band.period, peakDecibels: band.peakDecibels,
      periods: pooled.bands.filter { $0.verdict == .artifact }.map(\.period), isJPEG: isJPEG)
    return finding(
      .lattice(lattice), strength: strength, over: thresholds.lattice.excessShare,
      // What no photograph shows is a fault however little of the detail it is.
      severity: max(0, severity(strength, over: thresholds.lattice.excessShare)), pictures: affected,
      worst: worst ?? mostOf(band.period))
  }

  /// A grid that no picture shows by itself, though all have it at the same pixels. It ranks behind what can be seen.
  private var sharedCheckerboard: FaultFinding? {
    let bands = locked?.bands.filter(\.isLocked) ?? []
    guard let locked, let band = bands.max(by: { $0.share < $1.share }) else { return nil }
    return finding(
      .sharedLattice(.init(pictures: locked.pictures, band: band)), strength: band.share,
      over: LockedThresholds().share,
      severity: min(0, severity(band.share, over: thresholds.lattice.excessShare)), pictures: [],
      worst: mostOf(band.period))
  }

  /// The picture with the largest share in a band, where none is an artifact by itself.
  private func mostOf(_ period: Int) -> Int? {
    func share(_ index: Int) -> Double {
      signs[index].lattice.bands.first { $0.period == period }?.share ?? 0
    }
    return signs.indices.max { share($0) < share($1) }
  }

  /// JPEG leaves blocks of 8 that begin at pixel 0, or of 16 where colours are stored coarser. In other files the same
  /// lattice is told by its steps, which lie between pixels 7 and 8, and by the bands of 2 and 4 being clean.
  private func isJPEGLattice(_ band: PictureLatticeFinding.Band, affected: [Int]) -> Bool {
    guard [8, 16].contains(band.period) else { return false }
    if affected.count(where: { signs[$0].isJPEG }) * 2 > affected.count { return true }
    let shorter = pooled.bands.filter { $0.period < 8 && $0.verdict == .artifact }
    guard shorter.isEmpty, band.period == 8 else { return false }
    return affected.allSatisfy { index in
      signs[index].faults.blockiness.first { $0.period == 8 }.map { $0.atOrigin > 1.03 && $0.atOrigin >= $0.strongest }
        ?? false
    }
  }

  // MARK: Blocks

  /// Blocks of 8 of a strongly compressed file, or of repeated pixels.
  private var blocks: FaultFinding? {
    func strength(_ signs: PictureSigns) -> (period: Int, steps: Double)? {
      let found = signs.faults.blockiness.filter { $0.atOrigin >= $0.strongest && $0.atOrigin >= thresholds.blockiness }
      // Pixels that are repeated leave nothing between the edges, whatever their number.
      if let repeated = found.filter({ $0.atOrigin > Self.repeated }).map(\.period).max() {
        return (repeated, Self.repeated)
      }
      return found.first { $0.period == 8 }.map { (8, $0.atOrigin) }
    }
    let own = signs.map(strength)
    let affected = signs.indices.filter { own[$0] != nil }
    guard isEnough(affected.count), let worst = affected.max(by: { (own[$0]?.steps ?? 0) < (own[$1]?.steps ?? 0) }),
      let found = own[worst]
    else { return nil }
    let middle = median(affected.compactMap { own[$0]?.steps })
    return finding(
      .blocks(.init(period: found.period, isEnlargement: middle >= Self.repeated)), strength: middle,
      over: thresholds.blockiness, pictures: affected, worst: worst)
  }

  /// Steps at the edges over those elsewhere, from which on these are none.
  private static let repeated = 100.0

  // MARK: Blur

  private var blur: FaultFinding? {
    let sigmas = signs.map { $0.blur?.sigma }
    let known = reference.compactMap { $0.blur?.sigma }.sorted()
    let limit: Double
    if known.isEmpty {
      limit = thresholds.blurSigma
    } else {
      let usual = known[min(known.count - 1, Int(0.95 * Double(known.count)))]
      let added = thresholds.blurBeyondReference
      limit = (usual * usual + added * added).squareRoot()
    }
    let affected = sigmas.indices.filter { sigmas[$0].map { $0 > limit } ?? false }
    guard isEnough(affected.count) else { return nil }
    let blur = FaultFinding.Blur(
      sharpness: Sharpness(median: affected.map { signs[$0].faults.sharpness }),
      reference: known.isEmpty
        ? nil : .init(sigma: median(known), sharpness: Sharpness(median: reference.map(\.faults.sharpness))))
    return finding(
      .blur(blur), strength: median(affected.compactMap { sigmas[$0] }), over: limit, pictures: affected,
      worst: affected.max { (sigmas[$0] ?? 0) < (sigmas[$1] ?? 0) })
  }

  // MARK: Banding

  private var banding: FaultFinding? {
    let bits = signs.map { $0.levels?.bits }
    let affected = bits.indices.filter { bits[$0].map { $0 <= thresholds.bits } ?? false }
    guard isEnough(affected.count) else { return nil }
    let found = median(affected.compactMap { bits[$0] })
    let ends = median(affected.compactMap { signs[$0].levels?.saturatedShare })
    let levels = FaultFinding.FewLevels(
      bits: found, levels: Int(median(affected.compactMap { signs[$0].levels?.levels.map(Double.init) })),
      meanRampRun: median(affected.compactMap { signs[$0].faults.banding?.meanRampRun }),
      isSaturated: ends > thresholds.endShare)
    return finding(
      .fewLevels(levels), strength: 8 - found, over: 8 - thresholds.bits, pictures: affected,
      worst: affected.min { (bits[$0] ?? 8) < (bits[$1] ?? 8) })
  }

  private var saturation: FaultFinding? {
    let usual = reference.compactMap { $0.levels?.saturatedShare }.sorted()
    let own = usual.isEmpty ? 0 : usual[min(usual.count - 1, Int(0.95 * Double(usual.count)))]
    let limit = own + thresholds.endShare
    let shares = signs.map { $0.levels?.saturatedShare }
    let affected = shares.indices.filter { shares[$0].map { $0 > limit } ?? false }
    // Missing levels are the other finding's; what piles up there is part of its cause.
    let withoutGaps = affected.filter { (signs[$0].levels?.bits ?? 8) > thresholds.bits }
    guard isEnough(withoutGaps.count) else { return nil }
    return finding(
      .saturation, strength: median(withoutGaps.compactMap { shares[$0] }), over: limit, pictures: withoutGaps,
      worst: withoutGaps.max { (shares[$0] ?? 0) < (shares[$1] ?? 0) })
  }

  // MARK: Colour

  private var colourFindings: [FaultFinding] {
    (colours?.differences ?? []).compactMap { difference in
      let least = thresholds.least(difference.aspect)
      guard difference.distance >= least, difference.chance <= thresholds.colourChance else { return nil }
      return finding(
        .colour(difference), strength: difference.distance, over: least, pictures: [],
        worst: farthest(difference.aspect))
    }
  }

  /// The picture that lies farthest from the reference on the side on which the set lies.
  private func farthest(_ aspect: ColourDistance.Aspect) -> Int? {
    let known = reference.compactMap(\.colours)
    guard !known.isEmpty else { return nil }
    let scores = signs.map { picture -> Double? in
      picture.colours.map { own in
        switch aspect {
        case .hue: median(known.map { ColourDistance.circular(own.hue, $0.hue, binWidth: 10) }) * own.meanChroma
        case .brightness: abs(own.meanLightness - median(known.map(\.meanLightness)))
        case .contrast: abs(log2((own.contrast + 0.1) / (median(known.map(\.contrast)) + 0.1)))
        case .saturation: abs(own.meanChroma - median(known.map(\.meanChroma)))
        case .cast:
          hypot(
            own.meanTint.x - median(known.map(\.meanTint.x)), own.meanTint.y - median(known.map(\.meanTint.y)))
        }
      }
    }
    return scores.indices.filter { scores[$0] != nil }.max { (scores[$0] ?? 0) < (scores[$1] ?? 0) }
  }

  // MARK: Distortion

  private var distortion: FaultFinding? {
    let affected = tileDistances.indices.filter { tileDistances[$0].map { $0 > thresholds.tileDistance } ?? false }
    guard isEnough(affected.count),
      let worst = affected.max(by: { (tileDistances[$0] ?? 0) < (tileDistances[$1] ?? 0) }),
      let strength = tileDistances[worst], let tiles = signs[worst].tiles, let norm
    else { return nil }
    let distances = norm.distances(of: tiles)
    let index = distances.indices.max { distances[$0] < distances[$1] } ?? 0
    let distortion = FaultFinding.Distortion(
      row: index / tiles.columns * tiles.side, column: index % tiles.columns * tiles.side, side: tiles.side,
      statistic: tiles.tiles[index].map(norm.strangest)?.statistic, isBesideReference: !reference.isEmpty)
    return finding(
      .distortion(distortion), strength: strength, over: thresholds.tileDistance, pictures: affected, worst: worst)
  }
}
