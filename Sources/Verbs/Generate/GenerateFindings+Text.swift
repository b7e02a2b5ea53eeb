import Foundation
import GinghamDiagnosis
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamReporting

extension GenerateFindings {
  /// For the terminal.
  public var text: String {
    var blocks = [heading]
    if let prediction {
      blocks.append(
        "what it paints, all weights alike\n" + prediction.predictionText(judged: ModelSource(model).isRandom))
    } else if let unpredicted {
      blocks.append("the architecture's prediction: none, because \(unpredicted)")
    } else {
      blocks.append("nothing in it enlarges: the architecture predicts no grid")
    }
    if let flat { blocks.append(flat.text) }
    if let shift { blocks.append(shift.text) }
    blocks.append(
      "the samples together\n" + pooled.text(thresholds: thresholds, areSounds: picture.dropLast().last == 1))
    if let colour { blocks.append(colour.text) }
    blocks.append(verdictText)
    if !skipped.isEmpty {
      blocks.append("left out:\n" + skipped.map { "  \($0.reason)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  private var heading: String {
    let size = picture.map(String.init).joined(separator: "×")
    let origin =
      switch range.origin {
      case .given: "as given"
      case .layers: "as its last layers force"
      case .probe: "judged by a probe; \(Mention.option("range")) says otherwise"
      }
    let drawn = sampleCount(samples) + (seed.map { " of seed \($0)" } ?? "")
    var text = "\(model): \(drawn), \(size), output \(rangeText) (\(origin))"
    if range.outsideShare > 0 { text += "; \(percentage(range.outsideShare)) of it lies outside and is clipped" }
    return text
  }

  private var rangeText: String { "\(OutputRange(range.lower, range.upper)?.description ?? "")" }

  private var verdictText: String {
    let periods = pooled.lattice.bands.map(\.period)
    let named = periods.compactMap { period -> String? in
      guard pooled.setVerdict(of: period) != .clean else { return nil }
      return "period \(period)" + (layers[period].map { " (\($0))" } ?? "")
    }
    switch verdict {
    case .artifact: return "verdict: artifact, \(named.joined(separator: ", "))"
    case .faint:
      return "verdict: faint artifact, \(named.joined(separator: ", ")): too faint for one picture, but in all of them"
    case .clean:
      return pooled.locked == nil
        ? "verdict: clean, as far as \(samples == 1 ? "one sample tells" : "\(samples) samples tell"); 8 and more also show "
          + "what is too faint for one"
        : "verdict: clean"
    }
  }
}

extension FlatField {
  /// For the terminal.
  fileprivate var text: String {
    let rows = bands.map { String(format: "  period %d: %.3f levels", $0.period, $0.levels) }
    return
      (["made of flat inputs, in the middle \(interior[0])×\(interior[1]): what repeats is the net's own"] + rows
      + [String(format: "  what does not repeat: %.3f levels", remainder)]).joined(separator: "\n")
  }
}

/// `one sample`, `64 samples`.
func sampleCount(_ count: Int) -> String { count == 1 ? "one sample" : "\(count) samples" }

extension ColourDependence.Figures {
  var text: String {
    let mean = meanColour.map { String(format: "%.0f", 255 * $0) }.joined(separator: ", ")
    func place(_ frequency: [Double]) -> String {
      "(" + frequency.map { String(format: "%.3g", $0) }.joined(separator: ", ") + ")"
    }
    return String(
      format: """
        strong colours: in %d blocks of %d px the grid at %@ goes with the distance from the mean colour (%@)
          at r = %.2f, by rank %.2f; the control at %@ at r = %.2f, by rank %.2f
        """,
      blocks, side, place(frequency), mean, correlation, rankCorrelation, place(controlFrequency), controlCorrelation,
      controlRankCorrelation)
  }
}

extension ShiftTest {
  fileprivate var text: String {
    let area = interior.map(String.init).joined(separator: "×")
    guard let decibels, let leastDecibels else {
      return "shifted inputs: the pictures go along exactly (\(trials) shifts, middle \(area))"
    }
    return String(
      format:
        "shifted inputs: the pictures go along to %.1f dB (EQ-T of %d shifts by whole elements, middle %@), least, "
        + "%.1f dB, with a shift by (%d, %d)", decibels, trials, area, leastDecibels, leastShift[0], leastShift[1])
  }
}
