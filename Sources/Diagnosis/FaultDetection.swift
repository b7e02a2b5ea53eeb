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
    [checkerboard ?? sharedCheckerboard, blur, banding, saturation, distortion].compactMap { $0 } + colourFindings
  }

  /// Whether so many pictures of the set make a finding: in a large set the odd false alarm is expected.
  private func isEnough(_ affected: Int) -> Bool {
    affected > 0 && Double(affected) >= thresholds.affectedShare * Double(signs.count)
  }

  private func severity(_ strength: Double, over threshold: Double) -> Double {
    threshold > 0 ? log2(max(strength, 1e-12) / threshold) : 0
  }

  private func count(_ affected: Int) -> String {
    signs.count == 1 ? "the picture" : "\(affected) of \(signs.count) pictures"
  }

  private func being(_ affected: Int) -> String {
    count(affected) + (affected == 1 ? " is" : " are")
  }

  private func having(_ affected: Int) -> String {
    count(affected) + (affected == 1 ? " has" : " have")
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
    let strength = band.share - band.null
    let isJPEG = isJPEGLattice(band, affected: affected.isEmpty ? Array(signs.indices) : affected)
    let bands = pooled.bands.filter { $0.verdict == .artifact }.map { "\($0.period)" }.joined(separator: ", ")
    let peak = band.peakDecibels.map { String(format: ", peak %.0f dB over its surroundings", $0) } ?? ""
    return FaultFinding(
      fault: .checkerboard, strength: strength, unit: "share of the fine detail",
      threshold: thresholds.lattice.excessShare, severity: severity(strength, over: thresholds.lattice.excessShare),
      period: band.period, pictures: affected.map { signs[$0].name },
      worst: (worst ?? mostOf(band.period)).map { signs[$0].name },
      summary: String(
        format: "a lattice of period %d holds %.2f %% of the fine detail beyond chance%@%@%@", band.period,
        100 * strength, peak, bands.isEmpty ? "" : "; artifacts at periods " + bands,
        signs.count == 1 ? "" : "; \(affected.count) of \(signs.count) pictures show it by themselves"),
      cause: isJPEG ? Causes.jpeg : Causes.lattice(period: band.period),
      fix: isJPEG ? Causes.jpegFix : Causes.latticeFix(period: band.period))
  }

  /// A grid that no picture shows by itself, though all have it at the same pixels. It ranks behind what can be seen.
  private var sharedCheckerboard: FaultFinding? {
    let bands = locked?.bands.filter(\.isLocked) ?? []
    guard let locked, let band = bands.max(by: { $0.share < $1.share }) else { return nil }
    let least = LockedThresholds().share
    return FaultFinding(
      fault: .checkerboard, strength: band.share, unit: "share of the fine detail, in all pictures alike",
      threshold: least, severity: min(0, severity(band.share, over: thresholds.lattice.excessShare)),
      period: band.period, pictures: [], worst: mostOf(band.period).map { signs[$0].name },
      summary: String(
        format:
          "all %d pictures have a faint lattice of period %d at the same pixels: %.2f of 255 levels, peak %.0f dB over "
          + "its surroundings, %.0f dB in their mean; none shows it by itself", locked.pictures, band.period,
        band.levels,
        band.peakDecibels ?? 0, band.meanPeakDecibels ?? 0),
      cause: Causes.lattice(period: band.period), fix: Causes.sharedLatticeFix)
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

  // MARK: Blur

  private var blur: FaultFinding? {
    let sigmas = signs.map { $0.blur?.sigma }
    let known = reference.compactMap { $0.blur?.sigma }.sorted()
    let (limit, isRelative): (Double, Bool)
    if known.isEmpty {
      (limit, isRelative) = (thresholds.blurSigma, false)
    } else {
      let usual = known[min(known.count - 1, Int(0.95 * Double(known.count)))]
      let added = thresholds.blurBeyondReference
      (limit, isRelative) = ((usual * usual + added * added).squareRoot(), true)
    }
    let affected = sigmas.indices.filter { sigmas[$0].map { $0 > limit } ?? false }
    guard isEnough(affected.count) else { return nil }
    let strength = median(affected.compactMap { sigmas[$0] })
    let sharpness = Sharpness(median: affected.map { signs[$0].faults.sharpness })
    var summary = String(
      format:
        "%@ blurred as by a Gaussian of σ %.1f px (threshold %.2f): variance of the Laplacian %.2g, %.1f %% of the "
        + "power above ¼ cycle a pixel, spectral slope %.1f",
      being(affected.count), strength, limit, sharpness.laplacianVariance, 100 * sharpness.highFrequencyShare,
      sharpness.spectralSlope ?? 0)
    if isRelative {
      let usual = Sharpness(median: reference.map(\.faults.sharpness))
      summary += String(
        format: "; the reference has σ %.1f px, %.2g, %.1f %%, %.1f", median(known), usual.laplacianVariance,
        100 * usual.highFrequencyShare, usual.spectralSlope ?? 0)
    }
    return FaultFinding(
      fault: .blur, strength: strength, unit: "px", threshold: limit, severity: severity(strength, over: limit),
      pictures: affected.map { signs[$0].name },
      worst: affected.max { (sigmas[$0] ?? 0) < (sigmas[$1] ?? 0) }.map { signs[$0].name }, summary: summary,
      cause: Causes.blur, fix: Causes.blurFix)
  }

  // MARK: Banding

  private var banding: FaultFinding? {
    let bits = signs.map { $0.levels?.bits }
    let affected = bits.indices.filter { bits[$0].map { $0 <= thresholds.bits } ?? false }
    guard isEnough(affected.count) else { return nil }
    let found = median(affected.compactMap { bits[$0] })
    let levels = Int(median(affected.compactMap { signs[$0].levels?.levels.map(Double.init) }))
    let runs = median(affected.compactMap { signs[$0].faults.banding?.meanRampRun })
    let ends = median(affected.compactMap { signs[$0].levels?.endShare })
    let isSaturated = ends > thresholds.endShare
    return FaultFinding(
      fault: .banding, strength: 8 - found, unit: "bits missing of 8", threshold: 8 - thresholds.bits,
      severity: severity(8 - found, over: 8 - thresholds.bits), pictures: affected.map { signs[$0].name },
      worst: affected.min { (bits[$0] ?? 8) < (bits[$1] ?? 8) }.map { signs[$0].name },
      summary: String(
        format:
          "%@ the levels of %.1f bits (%d of them between their outer 1 %%); flat stretches on ramps are %.1f px",
        having(affected.count), found, levels, runs),
      cause: isSaturated ? Causes.saturation : Causes.fewBits,
      fix: isSaturated ? Causes.saturationFix : Causes.fewBitsFix)
  }

  private var saturation: FaultFinding? {
    let usual = reference.compactMap { $0.levels?.endShare }.sorted()
    let own = usual.isEmpty ? 0 : usual[min(usual.count - 1, Int(0.95 * Double(usual.count)))]
    let limit = own + thresholds.endShare
    let shares = signs.map { $0.levels?.endShare }
    let affected = shares.indices.filter { shares[$0].map { $0 > limit } ?? false }
    // Missing levels are the other finding's; what piles up there is part of its cause.
    let withoutGaps = affected.filter { (signs[$0].levels?.bits ?? 8) > thresholds.bits }
    guard isEnough(withoutGaps.count) else { return nil }
    let strength = median(withoutGaps.compactMap { shares[$0] })
    return FaultFinding(
      fault: .banding, strength: strength, unit: "share of the samples at the ends of the range", threshold: limit,
      severity: severity(strength, over: limit), pictures: withoutGaps.map { signs[$0].name },
      worst: withoutGaps.max { (shares[$0] ?? 0) < (shares[$1] ?? 0) }.map { signs[$0].name },
      summary: String(
        format: "in %@ %.0f %% of the samples lie within two levels of black or full intensity",
        count(withoutGaps.count), 100 * strength),
      cause: Causes.saturation, fix: Causes.saturationFix)
  }

  // MARK: Colour

  private var colourFindings: [FaultFinding] {
    (colours?.differences ?? []).compactMap { difference in
      let least = thresholds.least(difference.aspect)
      guard difference.distance >= least, difference.chance <= thresholds.colourChance else { return nil }
      let text = Causes.colour(difference)
      return FaultFinding(
        fault: .colour, strength: difference.distance, unit: text.unit, threshold: least,
        severity: severity(difference.distance, over: least), pictures: [],
        worst: farthest(difference.aspect).map { signs[$0].name },
        summary: text.summary + String(format: "; chance would do so in %.1f %% of cases", 100 * difference.chance),
        cause: text.cause, fix: text.fix)
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
    let strangest = tiles.tiles[index].map(norm.strangest)
    return FaultFinding(
      fault: .distortion, strength: strength, unit: "robust deviations", threshold: thresholds.tileDistance,
      severity: severity(strength, over: thresholds.tileDistance), pictures: affected.map { signs[$0].name },
      worst: signs[worst].name,
      summary: String(
        format:
          "%@ a tile far outside the %@'s statistics; the farthest at row %d, column %d (%d px a side), by its %@",
        having(affected.count), reference.isEmpty ? "rest" : "reference", index / tiles.columns * tiles.side,
        index % tiles.columns * tiles.side, tiles.side, strangest?.name ?? "statistics"),
      cause: Causes.distortion, fix: Causes.distortionFix)
  }
}
