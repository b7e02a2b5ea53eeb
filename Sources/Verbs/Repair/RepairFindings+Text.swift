import Foundation
import GinghamLattices
import GinghamReporting

extension RepairFindings {
  /// For the terminal.
  public var text: String {
    let what = kind == .pictures ? "\(samples) samples" : "gradients at \(samples) inputs"
    var blocks: [String] = []
    if !trials.isEmpty { blocks.append("tried by themselves, \(what)\n" + trialTable) }
    let layers = "\(rewrites.count) \(rewrites.count == 1 ? "layer" : "layers")"
    if rewrites.isEmpty {
      let costly = trials.contains { $0.fate == .tooCostly }
      blocks.append(
        "\(model): nothing is rewritten, for "
          + (costly ? "what helps changes the output by more than it is worth" : "nothing helps"))
    } else {
      blocks.append("\(model): \(layers) rewritten (\(methodNames))\n" + rewriteTable)
      blocks.append("why these\n" + chosen.map { "  \($0.layer): \($0.reason)" }.joined(separator: "\n"))
    }
    blocks.append("before and after, \(what)\n" + (kind == .pictures ? pictureTable : gradientTable))
    if !rewrites.isEmpty { blocks += [outputText, verdictText] }
    return (blocks + [outcomeText]).joined(separator: "\n\n")
  }

  /// How, in words.
  var methodNames: String { methods.map(\.rawValue).joined(separator: ", ") }

  private var trialTable: String {
    var table = TextTable([
      ("  layers", .left), ("how", .left), ("still shows", .left), ("output changes by", .right), ("", .left),
    ])
    for trial in trials {
      let shows = trial.verdicts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.rawValue))" }
      table.append([
        "  " + (trial.layers.count == 1 ? trial.layers[0] : "\(trial.layers.count) layers"), trial.method.rawValue,
        trial.failure == nil ? shows.isEmpty ? "nothing" : shows.joined(separator: ", ") : "cannot be done",
        trial.change.map(Self.percent) ?? "–", trial.fate?.text ?? "",
      ])
    }
    guard let mostChange else {
      return table.description
        + "\n  dear: nothing takes a step of a band's verdict (artifact, faint, clean) away and changes the output by less than "
        + "\(Self.percent(RepairSettings.usualChange)) for it, so what takes the grid away is kept all the same"
    }
    return table.description
      + "\n  too costly: a step of a band's verdict (artifact, faint, clean) is worth a change by \(Self.percent(mostChange))"
  }

  /// Bands that still show, by period, in words.
  private var remaining: String {
    let pictures = (after.pictures?.bands ?? []).compactMap { band -> String? in
      guard let found = after.pictures else { return nil }
      let verdict = SetVerdict(period: band.period, pooled: found, locked: after.locked)
      return verdict == .clean ? nil : "period \(band.period) is \(verdict == .faint ? "faint" : "an artifact")"
    }
    let gradients = (after.gradients?.bands ?? []).filter { $0.verdict == .artifact }
      .map { String(format: "period %d has CV² %.4f", $0.period, $0.cv2Corrected) }
    return (pictures + gradients).joined(separator: ", ")
  }

  private var outcomeText: String {
    switch outcome {
    case .repaired: "repaired: no band shows any more"
    case .notRepaired: "not repaired: \(remaining)"
    case .clean: "no band showed before, and none does now"
    }
  }

  private var rewriteTable: String {
    var table = TextTable([("  layer", .left), ("from", .left), ("to", .left), ("fit error", .right)])
    for rewrite in rewrites {
      table.append([
        "  " + rewrite.layer, rewrite.from, rewrite.to,
        rewrite.fitError.map { $0 < 1e-6 ? "exact" : Self.percent($0) } ?? "–",
      ])
    }
    return table.description
  }

  private var pictureTable: String {
    var table = TextTable([
      ("  period", .right), ("predicted CV²", .right), ("share", .right), ("by chance", .right), ("peak", .right),
      ("in all samples", .right), ("their peak", .right), ("verdict", .left),
    ])
    let periods = Set(((before.pictures?.bands ?? []) + (after.pictures?.bands ?? [])).map(\.period)).sorted()
    for period in periods {
      func cell(_ value: (State) -> String) -> String { "\(value(before)) → \(value(after))" }
      func pooled(_ state: State) -> PictureLatticeFinding.Band? {
        state.pictures?.bands.first { $0.period == period }
      }
      func shared(_ state: State) -> LockedLatticeFinding.Band? { state.locked?.bands.first { $0.period == period } }
      func predicted(_ state: State) -> String {
        guard let prediction = state.prediction else { return "–" }
        return String(format: "%.4f", prediction.bands.first { $0.period == period }?.cv2 ?? 0)
      }
      table.append([
        "  \(period)", cell(predicted), cell { pooled($0).map { Self.percent($0.share) } ?? "–" },
        pooled(before).map { Self.percent($0.null) } ?? "–",
        cell { Self.decibels(pooled($0)?.peakDecibels) }, cell { shared($0).map { Self.percent($0.share) } ?? "–" },
        cell { Self.decibels(shared($0)?.meanPeakDecibels) },
        cell { state in
          guard let pictures = state.pictures else { return "–" }
          return SetVerdict(period: period, pooled: pictures, locked: state.locked).rawValue
        },
      ])
    }
    var lines = [periods.isEmpty ? "  the pictures are too small to be measured" : table.description]
    let sums = rewrites.map(\.layer).filter { before.phaseSumDeviations[$0] != nil }.map { name in
      "\(name) ±\(Self.percent(before.phaseSumDeviations[name] ?? 0)) → "
        + (after.phaseSumDeviations[name].map { "±" + Self.percent($0) } ?? "no phases of its own")
    }
    if !sums.isEmpty { lines.append("  phase sums of the weights: " + sums.joined(separator: ", ")) }
    return lines.joined(separator: "\n")
  }

  private var gradientTable: String {
    var table = TextTable([
      ("  period", .right), ("predicted CV²", .right), ("measured CV²", .right), ("verdict", .left), ("layer", .left),
    ])
    let periods = Set(((before.gradients?.bands ?? []) + (after.gradients?.bands ?? [])).map(\.period)).sorted()
    for period in periods {
      func band(_ finding: LatticeFinding?) -> LatticeFinding.Band? { finding?.bands.first { $0.period == period } }
      func number(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
      table.append([
        "  \(period)",
        "\(number(band(before.prediction)?.cv2)) → \(number(band(after.prediction)?.cv2))",
        "\(number(band(before.gradients)?.cv2Corrected)) → \(number(band(after.gradients)?.cv2Corrected))",
        "\(band(before.gradients)?.verdict.rawValue ?? "–") → \(band(after.gradients)?.verdict.rawValue ?? "–")",
        band(before.gradients)?.layer ?? "",
      ])
    }
    func total(_ finding: LatticeFinding?) -> String {
      guard let finding else { return "–" }
      let ratio = finding.maxMin.map { String(format: "strongest phase %.2f× the weakest", $0) } ?? "some phases dead"
      return String(format: "%.4f (%@)", finding.cv2Corrected, ratio)
    }
    return table.description + "\n  all periods: CV² \(total(before.gradients)) → \(total(after.gradients))"
  }

  private var outputText: String {
    let difference = outputDifference
    var parts = [
      "\(Self.percent(difference.relativeRMS)) of its deviation (root mean square)",
      String(format: "at most %.3g", difference.largest),
    ]
    if let noise = difference.peakSignalToNoise { parts.append(String(format: "PSNR %.1f dB", noise)) }
    if let same = difference.sameClass { parts.append("\(Self.percent(same)) of the inputs keep their class") }
    let cost = Double(after.multiplyAdds) / Double(max(before.multiplyAdds, 1))
    return """
      the output changes by \(parts.joined(separator: ", "))
      multiply-adds \(Self.count(before.multiplyAdds)) → \(Self.count(after.multiplyAdds)) \
      (\(String(format: "%.2f×", cost))), parameters \(Self.count(before.parameters)) → \(Self.count(after.parameters))
      """
  }

  private var verdictText: String {
    let (same, similar) = (100 * FineTuning.limits.same, 100 * FineTuning.limits.similar)
    let rule = String(format: "up to %g %% it is not needed, up to %g %% advisable", same, similar)
    let verdict =
      switch fineTuning {
      case .notNeeded: "not needed"
      case .advisable: "advisable"
      case .needed: "needed"
      }
    return "fine-tuning is \(verdict): the output changes by \(Self.percent(outputDifference.relativeRMS)) (\(rule))"
  }

  private static func percent(_ share: Double) -> String {
    String(format: abs(share) < 0.0995 ? "%.2f %%" : "%.1f %%", 100 * share)
  }

  private static func decibels(_ value: Double?) -> String { value.map { String(format: "%.1f dB", $0) } ?? "–" }

  private static func count(_ number: Int) -> String {
    let value = Double(number)
    if value >= 1e9 { return String(format: "%.2f G", value / 1e9) }
    if value >= 1e6 { return String(format: "%.2f M", value / 1e6) }
    return value >= 1e3 ? String(format: "%.1f k", value / 1e3) : "\(number)"
  }
}

extension RepairFindings.Trial.Fate {
  fileprivate var text: String {
    switch self {
    case .kept: "kept"
    case .worsens: "makes a band worse"
    case .gainsNothing: "takes nothing away"
    case .tooCostly: "helps, but is too costly"
    case .unneeded: "helps, but others do"
    }
  }
}

extension RepairFindings.Choice {
  var reason: String { reasons.map(\.text).joined(separator: "; ") }
}

extension RepairFindings.Reason {
  fileprivate var text: String {
    switch self {
    case .named: "named"
    case .every: "every layer that can be rewritten"
    case .visible(let period, let share, let null):
      String(
        format: "measured: %.2f %% of the fine detail at period %d, %.2f %% by chance", 100 * share, period, 100 * null)
    case .shared(let period, let peak):
      "measured: a grid of period \(period) that all samples share"
        + (peak.map { String(format: ", %.1f dB above its surroundings", $0) } ?? "")
    case .unevenGradient(let period, let cv2): String(format: "measured: CV² %.4f at period %d", cv2, period)
    }
  }
}
