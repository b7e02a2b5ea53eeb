import Foundation
import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

extension MeasureFindings {
  /// More pictures than this are not listed on the terminal.
  private static let listed = 40

  /// For the terminal.
  public var text: String {
    var blocks: [String] = []
    if images.count > 1 { blocks.append(list) }
    switch pooled {
    case .picture(let figures): blocks.append(heading + "\n" + figures.text(thresholds: thresholds))
    case .gradient(let figures): blocks.append(heading + "\n" + figures.text)
    case .sound(let figures): blocks.append(heading + "\n" + figures.text(thresholds: thresholds))
    }
    if !skipped.isEmpty {
      blocks.append("not measured:\n" + skipped.map { "  \($0.reason)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private var heading: String {
    guard count == 1, let image = images.first else { return "all \(count) together" }
    return "\(image.path), \(image.size)"
  }

  /// What all paths begin with, up to a slash.
  private var commonFolder: String {
    let folders = images.map { $0.path.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
    guard var common = folders.first else { return "" }
    for folder in folders {
      common = common.prefix(zip(common, folder).prefix { $0 == $1 }.count)
    }
    return common.isEmpty ? "" : common.joined(separator: "/") + "/"
  }

  private var list: String {
    let columns: (name: String, period: (Int) -> String, others: [String]) =
      switch kind {
      case .picture: ("picture", { "\($0) px" }, ["blur", "fine", "levels"])
      case .gradient: ("gradient", { "CV² \($0)" }, ["max/min"])
      case .sound: ("sound", { "\($0)" }, ["peak", "level"])
      }
    var table = TextTable(
      [(columns.name, .left), ("size", .right)] + periods.map { (columns.period($0), .right) }
        + columns.others.map { ($0, .right) } + [("verdict", .left)])
    let folder = commonFolder
    for image in images.prefix(Self.listed) {
      table.append(
        [String(image.path.dropFirst(folder.count)), image.size] + image.cells(periods: periods))
    }
    let rest = count - min(images.count, Self.listed)
    let head = folder.isEmpty ? "" : folder + "\n"
    let file = self.table ?? Self.fileName
    return head + table.description + (rest > 0 ? "\n… and \(rest) more, all of them in \(file)" : "")
      + (summary.map { "\n\n\($0.artifacts) of \(count) show an artifact by themselves" } ?? "")
  }
}

extension MeasureFindings.Image {
  fileprivate var size: String {
    guard case .sound(let figures) = figures else { return "\(height)×\(width)" }
    return figures.rate.map { String(format: "%.2f s", Double(width) / Double($0)) } ?? "\(width) samples"
  }

  fileprivate func cells(periods: [Int]) -> [String] {
    func shares(_ lattice: PictureLatticeFinding, _ text: (Double) -> String = percentage) -> [String] {
      periods.map { period in lattice.bands.first { $0.period == period }.map { text($0.share) } ?? "–" }
    }
    switch figures {
    case .sound(let figures):
      return shares(figures.lattice, powerRatio) + [
        decibels(figures.peak), decibels(figures.rootMeanSquare),
        figures.lattice.isConstant ? "nothing to measure: silence" : figures.lattice.verdictText,
      ]
    case .picture(let figures):
      let faults = figures.faults
      return shares(figures.lattice) + [
        faults.map { String(format: "%.2g", $0.sharpness.laplacianVariance) } ?? "–",
        faults.map { percentage($0.sharpness.highFrequencyShare) } ?? "–",
        faults?.banding.map { "\($0.levels)" } ?? "–",
        figures.lattice.isConstant ? "nothing to measure: constant" : figures.lattice.verdictText,
      ]
    case .gradient(let figures):
      let bands = periods.map { period in
        figures.lattice.bands.first { $0.period == period }.map(\.cv2Text) ?? "–"
      }
      return bands + [
        figures.lattice.maxMin.map { String(format: "%.2f", $0) } ?? "dead phases", figures.lattice.verdict.rawValue,
      ]
    }
  }
}

extension PictureLatticeFinding {
  /// The verdict, with the periods it is about.
  fileprivate var verdictText: String {
    let found = bands.filter { $0.verdict == .artifact }.map { "\($0.period)" }
    let shown = found.isEmpty ? [] : ["period \(found.joined(separator: ", "))"]
    let all = shown + (moved.flatMap(\.shortText).map { [$0] } ?? [])
    return all.isEmpty ? "clean" : "artifact of \(all.joined(separator: " and "))"
  }
}

extension PictureFigures {
  /// - Parameter areSounds: samples in 0…1 that stand for −1…1.
  func text(thresholds: LatticeThresholds, areSounds: Bool = false) -> String {
    var lines: [String] = []
    if let search { lines.append("  " + search.text()) }
    guard !lattice.isConstant else {
      return (lines + ["  nothing to measure: every channel is constant"]).joined(separator: "\n")
    }
    var table = TextTable([
      ("  period", .right), ("share", .right), ("by chance", .right), ("control", .right), ("peak", .right),
      ("at", .left),
      ("evened", .right), ("chance", .right), ("blocks", .right), ("verdict", .left),
    ])
    for band in lattice.bands {
      let blocks = faults?.blockiness.first { $0.period == band.period }
      table.append([
        "\(band.period)", percentage(band.share), percentage(band.null),
        "\(percentage(band.control)) (\(band.controlPeriod))",
        band.peakDecibels.map { String(format: "%.1f dB", $0) } ?? "–",
        band.peakFrequency.map { "(\($0.map(short).joined(separator: ", ")))" } ?? "",
        band.evenDecibels.map { String(format: "%.1f dB", $0) } ?? "–",
        band.chance.map { $0 < 1e-4 ? "< 0.01 %" : percentage($0) } ?? "–",
        blocks.map { String(format: "%.2f", $0.atOrigin) } ?? "–", band.verdict.rawValue,
      ])
    }
    lines.append(table.description)
    for band in lattice.bands {
      if let content = band.content { lines.append("  period \(band.period) stands out, but \(content.text)") }
      if let look = band.look {
        lines.append("  period \(band.period) is in the \(look.name) alone: its figures stand")
      }
    }
    if let moved = lattice.moved?.text { lines.append("  " + moved) }
    if let locked { lines.append(areSounds ? locked.soundText(fullScale: 0.5) : locked.text) }
    if !lattice.skippedPeriods.isEmpty {
      let skipped = lattice.skippedPeriods
        .map { "\($0) (needs \(PictureLattice.smallestSide(for: $0)) \(areSounds ? "samples" : "pixels a side"))" }
      lines.append("  too small for period \(skipped.joined(separator: ", "))")
    }
    if !lattice.controls.isEmpty {
      let controls = lattice.controls.map { "\($0.period): \(percentage($0.share)) [\(percentage($0.null))]" }
      lines.append("  controls at periods no layer has [by chance]: " + controls.joined(separator: ", "))
    }
    lines += sharpnessLines
    if thresholds.chance > 0, !areSounds {
      lines.append(
        "  an artifact looks as at most \(short(100 * thresholds.chance)) % of photographs do, all periods together, or:"
      )
    }
    lines.append(
      "  an artifact exceeds chance by \(short(100 * thresholds.excessShare)) %, its control \(short(thresholds.controlRatio))"
        + " times a frequency, and its surroundings by \(short(thresholds.peakDecibels)) dB")
    return lines.joined(separator: "\n")
  }

  private var sharpnessLines: [String] {
    guard let faults else { return [] }
    let sharpness = faults.sharpness
    var line = String(
      format: "  sharpness: Laplacian variance %.3g, %@ of the power above ¼ cycle/px, total variation %.3g",
      sharpness.laplacianVariance, percentage(sharpness.highFrequencyShare), sharpness.normalizedTotalVariation)
    if let slope = sharpness.spectralSlope { line += String(format: ", spectrum falls as f^%.2f", slope) }
    var lines = [line]
    if let banding = faults.banding {
      lines.append(
        "  colours: \(banding.levels) levels a channel, \(percentage(banding.emptyBinShare)) of the bins between them "
          + String(format: "empty, ramps flat for %.1f px", banding.meanRampRun))
    }
    return lines
  }
}

extension SoundFigures {
  func text(thresholds: LatticeThresholds) -> String {
    var lines: [String] = []
    if let search { lines.append("  " + search.text(unit: "samples", "a pitch, or the sounds were resampled since")) }
    guard !lattice.isConstant else {
      return (lines + ["  nothing to measure: every channel is constant"]).joined(separator: "\n")
    }
    var table = TextTable([
      ("  period", .right), ("tones", .left), ("share", .right), ("by chance", .right), ("control", .right),
      ("peak", .right), ("at", .left), ("verdict", .left),
    ])
    for band in lattice.bands {
      let frequency = band.peakFrequency?.last.map(abs)
      table.append([
        "\(band.period)", tones(ofPeriod: band.period), powerRatio(band.share), powerRatio(band.null),
        "\(powerRatio(band.control)) (\(band.controlPeriod))",
        band.peakDecibels.map { String(format: "%.1f dB", $0) } ?? "–",
        frequency.map { frequency in rate.map { "\(short(frequency * Double($0))) Hz" } ?? short(frequency) } ?? "",
        band.verdict.rawValue,
      ])
    }
    lines.append(table.description)
    if let locked { lines.append(locked.soundText()) }
    if !lattice.skippedPeriods.isEmpty {
      let skipped = lattice.skippedPeriods.map { "\($0) (needs \(PictureLattice.smallestSide(for: $0)) samples)" }
      lines.append("  too short for period \(skipped.joined(separator: ", "))")
    }
    if !lattice.controls.isEmpty {
      let controls = lattice.controls.map { "\($0.period): \(powerRatio($0.share)) [\(powerRatio($0.null))]" }
      lines.append("  controls at periods no layer has [white noise]: " + controls.joined(separator: ", "))
    }
    lines.append(
      "  peak \(decibels(peak)), level \(decibels(rootMeanSquare)) of full scale"
        + (clippedShare > 0 ? ", \(percentage(clippedShare)) of the samples clipped" : ""))
    lines.append(
      "  an artifact exceeds chance by \(powerRatio(thresholds.excessShare)) of the fine detail, its control "
        + "\(short(thresholds.controlRatio)) times a frequency, and at half of its tones the surroundings by "
        + "\(short(thresholds.peakDecibels)) dB")
    return lines.joined(separator: "\n")
  }

  /// At most four, the lowest first.
  private func tones(ofPeriod period: Int) -> String {
    let tones = rate.map { SoundFigures.tones(ofPeriod: period, rate: $0) } ?? []
    guard !tones.isEmpty else { return "" }
    return tones.prefix(4).map(short).joined(separator: ", ") + (tones.count > 4 ? ", … Hz" : " Hz")
  }
}

extension RegularContent {
  fileprivate var text: String {
    switch self {
    case .rules: "it is drawn: rules or lines of text on the axes, not what layers paint"
    case .steps: "the picture is smooth but for its rounding: steps of a ramp, not what layers paint"
    case .plainAreas: "plain areas are without it: it is drawn, not painted by layers"
    case .blocks: "the picture steps at the edges of blocks of 8: a compressed file (JPEG), not what layers paint"
    case .colourInterpolation:
      "only colours have it, the luma none: colours stored at half the resolution (JPEG 4:2:0), not what layers paint"
    case .orderedDither:
      "few levels are mixed by thresholds in a fixed order: ordered (Bayer) dither, not what layers paint"
    }
  }
}

extension MovedGrid {
  fileprivate var shortText: String? {
    guard verdict == .artifact else { return nil }
    return String(format: "%.2f px", period) + (isStraight ? "" : String(format: " turned by %.1f°", turn))
  }

  fileprivate var text: String? {
    guard let shortText else { return nil }
    let cause =
      isUnmoved
      ? "a period that was not asked for"
      : abs(scale - 1) <= 0.02
        ? "it was turned since" : String(format: "as one of %.0f px resized by %.2f since", period / scale, scale)
    let rarity = chance < 1e-4 ? "< 0.01 %" : percentage(chance)
    return "a grid of \(shortText): \(cause) (its like in \(rarity) of photographs)"
  }
}

extension LockedLatticeFinding {
  /// The same of sounds.
  ///
  /// - Parameter fullScale: the amplitude of the loudest in the numbers that were measured.
  fileprivate func soundText(fullScale: Double = 1) -> String {
    let control = controls.compactMap(\.meanPeakDecibels).max().map { String(format: " (controls: %.1f dB)", $0) } ?? ""
    let found = bands.filter(\.isLocked).map { band in
      "    period \(band.period): \(decibels(band.levels / 255 / fullScale)) of full scale, \(percentage(band.share)) of the fine "
        + String(
          format: "detail, peak %.1f dB, in the mean %.1f dB", band.peakDecibels ?? 0, band.meanPeakDecibels ?? 0)
    }
    return found.isEmpty
      ? "  all \(pictures) have no grid in common\(control)"
      : (["  all \(pictures) have a grid in common\(control)"] + found).joined(separator: "\n")
  }

  /// What all pictures have alike, a line a band; indented.
  var text: String {
    let control = controls.compactMap(\.meanPeakDecibels).max().map { String(format: " (controls: %.1f dB)", $0) } ?? ""
    let found = bands.filter(\.isLocked).map { band in
      String(
        format: "    period %d: %.2f of 255 levels, %@ of the fine detail, peak %.1f dB, in the mean picture %.1f dB",
        band.period, band.levels, percentage(band.share), band.peakDecibels ?? 0, band.meanPeakDecibels ?? 0)
    }
    return found.isEmpty
      ? "  all \(pictures) have no grid in common\(control)"
      : (["  all \(pictures) have a grid in common\(control)"] + found).joined(separator: "\n")
  }
}

extension PeriodSearchFigures {
  fileprivate func text(unit: String = "px", _ cause: String = "the pictures were resized since") -> String {
    guard let found else { return "no lattice of 2 to 64 \(unit) stands out" }
    let period = found.wholePeriod.map { "\($0)" } ?? String(format: "%.2f", found.period)
    let resized = found.wholePeriod == nil ? ", not a whole number: \(cause)" : ""
    return
      "strongest lattice: \(period) \(unit)\(resized) (\(percentage(found.explainedShare)) of the power of all peaks, "
      + String(format: "%.1f dB)", found.peakDecibels)
  }
}

extension GradientFigures {
  fileprivate var text: String {
    let rest = String(
      format: "  total variation %.3g, %@ of the power above ¼ cycle/px", normalizedTotalVariation,
      percentage(highFrequencyShare))
    return lattice.text + "\n" + rest
  }
}

func percentage(_ share: Double) -> String {
  String(format: abs(share) < 0.0995 ? "%.2f %%" : "%.1f %%", 100 * share)
}

/// Of a share of power.
private func powerRatio(_ share: Double) -> String {
  share > 0 ? String(format: "%.1f dB", 10 * log10(share)) : "none"
}

/// Of an amplitude of which 1 is full scale.
private func decibels(_ amplitude: Double) -> String {
  amplitude > 0 ? String(format: "%.1f dB", 20 * log10(amplitude)) : "silence"
}

private func short(_ value: Double) -> String { String(format: "%g", value) }
