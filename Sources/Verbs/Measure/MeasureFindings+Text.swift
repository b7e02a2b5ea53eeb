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
    }
    if !skipped.isEmpty {
      blocks.append("not measured:\n" + skipped.map { "  \($0.reason)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private var heading: String {
    guard images.count == 1, let image = images.first else { return "all \(images.count) together" }
    return "\(image.path), \(image.height)×\(image.width)"
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
    let isGradient = kind == .gradient
    var table = TextTable(
      [(isGradient ? "gradient" : "picture", .left), ("size", .right)]
        + periods.map { (isGradient ? "CV² \($0)" : "\($0) px", .right) }
        + (isGradient ? [("max/min", .right)] : [("blur", .right), ("fine", .right), ("levels", .right)])
        + [("verdict", .left)])
    let folder = commonFolder
    for image in images.prefix(Self.listed) {
      table.append(
        [String(image.path.dropFirst(folder.count)), "\(image.height)×\(image.width)"] + image.cells(periods: periods))
    }
    let rest = images.count - Self.listed
    let head = folder.isEmpty ? "" : folder + "\n"
    return head + table.description + (rest > 0 ? "\n… and \(rest) more, all of them in \(Self.fileName)" : "")
  }
}

extension MeasureFindings.Image {
  fileprivate func cells(periods: [Int]) -> [String] {
    switch figures {
    case .picture(let figures):
      let bands = periods.map { period in
        figures.lattice.bands.first { $0.period == period }.map { percentage($0.share) } ?? "–"
      }
      let faults = figures.faults
      return bands + [
        String(format: "%.2g", faults.sharpness.laplacianVariance), percentage(faults.sharpness.highFrequencyShare),
        faults.banding.map { "\($0.levels)" } ?? "–",
        figures.lattice.isConstant ? "nothing to measure: constant" : figures.lattice.verdictText,
      ]
    case .gradient(let figures):
      let bands = periods.map { period in
        figures.lattice.bands.first { $0.period == period }.map { String(format: "%.4f", $0.cv2Corrected) } ?? "–"
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
    return found.isEmpty ? "clean" : "artifact of period \(found.joined(separator: ", "))"
  }
}

extension PictureFigures {
  func text(thresholds: LatticeThresholds) -> String {
    var lines: [String] = []
    if let search { lines.append("  " + search.text) }
    guard !lattice.isConstant else {
      return (lines + ["  nothing to measure: every channel is constant"]).joined(separator: "\n")
    }
    var table = TextTable([
      ("  period", .right), ("share", .right), ("by chance", .right), ("control", .right), ("peak", .right),
      ("at", .left),
      ("F", .right), ("blocks", .right), ("verdict", .left),
    ])
    for band in lattice.bands {
      let blocks = faults.blockiness.first { $0.period == band.period }
      table.append([
        "\(band.period)", percentage(band.share), percentage(band.null),
        "\(percentage(band.control)) (\(band.controlPeriod))",
        band.peakDecibels.map { String(format: "%.1f dB", $0) } ?? "–",
        band.peakFrequency.map { "(\($0.map(short).joined(separator: ", ")))" } ?? "",
        band.fScore.map { String(format: "%.3g", $0) } ?? "–",
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
    if let locked { lines.append(locked.text) }
    if !lattice.skippedPeriods.isEmpty {
      let skipped = lattice.skippedPeriods
        .map { "\($0) (needs \(PictureLattice.smallestSide(for: $0)) pixels a side)" }
      lines.append("  too small for period \(skipped.joined(separator: ", "))")
    }
    if !lattice.controls.isEmpty {
      let controls = lattice.controls.map { "\($0.period): \(percentage($0.share)) [\(percentage($0.null))]" }
      lines.append("  controls at periods no layer has [by chance]: " + controls.joined(separator: ", "))
    }
    let sharpness = faults.sharpness
    var line = String(
      format: "  sharpness: Laplacian variance %.3g, %@ of the power above ¼ cycle/px, total variation %.3g",
      sharpness.laplacianVariance, percentage(sharpness.highFrequencyShare), sharpness.normalizedTotalVariation)
    if let slope = sharpness.spectralSlope { line += String(format: ", spectrum falls as f^%.2f", slope) }
    lines.append(line)
    if let banding = faults.banding {
      lines.append(
        "  colours: \(banding.levels) levels a channel, \(percentage(banding.emptyBinShare)) of the bins between them "
          + String(format: "empty, ramps flat for %.1f px", banding.meanRampRun))
    }
    lines.append(
      "  an artifact exceeds chance by \(percentage(thresholds.excessShare)), its control \(short(thresholds.controlRatio))"
        + " times a frequency, and its surroundings by \(short(thresholds.peakDecibels)) dB")
    return lines.joined(separator: "\n")
  }
}

extension RegularContent {
  fileprivate var text: String {
    switch self {
    case .rules: "all of it lies on the axes: rules, lines of text or steps, not what layers paint"
    case .plainAreas: "plain areas are without it: it is drawn, not painted by layers"
    }
  }
}

extension LockedLatticeFinding {
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
  fileprivate var text: String {
    guard let found else { return "no lattice of 2 to 64 px stands out" }
    let period = found.wholePeriod.map { "\($0)" } ?? String(format: "%.2f", found.period)
    let resized = found.wholePeriod == nil ? ", not a whole number: the pictures were resized since" : ""
    return
      "strongest lattice: \(period) px\(resized) (\(percentage(found.explainedShare)) of the power of all peaks, "
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

private func short(_ value: Double) -> String { String(format: "%g", value) }
