import Foundation

extension PhaseStudyFindings {
  /// What the numbers show and what they do not, in plain sentences. `twin` adds what random weights say.
  public func verdict(twin: EvenTwinFindings? = nil) -> [String] {
    var lines = [unevennessLine, outcomeLine("L2", lattice.easierL2, control.easierL2, lattice.topAdvantageL2)]
    lines.append(outcomeLine("L∞", lattice.easierLinf, control.easierLinf, lattice.topAdvantageLinf))
    lines.append(correlationLine)
    lines.append(shiftLine)
    if let evenL1Ratio {
      let change = 100 * (evenL1Ratio.mean - 1)
      lines.append(
        "On the whole picture, to first order and at the same ‖g‖₂, an L2 budget gains nothing by unevenness, and an L∞ "
          + "budget gains "
          + String(format: "%.1f %% ", abs(change)) + (change < 0 ? "less." : "more."))
    }
    if let twin { lines.append(twin.sentence) }
    lines.append(
      "Not shown: whether unevenness raises ‖g‖₂ itself, as there is no trained twin of this network without it; "
        + "whether stronger attacks than DeepFool see the same; and anything about other networks or pictures. "
        + "Correlations across \(pictures) pictures say little.")
    return lines
  }

  private var unevennessLine: String {
    guard let top = lattice.topAdvantageL2, let other = control.topAdvantageL2 else { return "Nothing was measured." }
    let text =
      "The strongest of \(lattice.sets) phases of period \(period) carries \(top.text) times the gradient (L2) of an even "
      + "share; the strongest set of period \(controlPeriod), which no stride of a multiple of \(period) makes, \(other.text)."
    return top.lower > max(1, other.upper)
      ? "The gradient is uneven on the grid. " + text
      : "No unevenness on the grid beyond the control is seen. " + text
  }

  private func outcomeLine(_ norm: String, _ found: Estimate?, _ control: Estimate?, _ predicted: Estimate?) -> String {
    guard let found else { return "\(norm): no attack on single phases was run, or none succeeded." }
    var text =
      "\(norm): an attack that may change only the strongest phase needs a change \(found.text) times smaller than one "
      + "on as many random pixels"
    if let predicted { text += String(format: " (first order predicts %.3f)", predicted.mean) }
    if let control { text += "; on the control period's strongest set, \(control.text)" }
    text += ". "
    if found.lower > max(1, control?.upper ?? 1) {
      return text + "So an attacker who is confined to one phase is better off on the strongest; who may choose pixels "
        + "freely takes the largest gradients, and that is not compared here."
    }
    if found.upper < 1 { return text + "So the strongest phase is the worse place." }
    return text + "The interval reaches 1 or the control: an effect is not shown."
  }

  private var correlationLine: String {
    guard let l2 = lattice.correlationL2, let linf = lattice.correlationLinf else {
      return "Phases and attacks were not compared by rank."
    }
    let random = random.correlationL2.map { ", among random sets \($0.text)" } ?? ""
    return
      "Over the phases of a picture 1/ε_min goes with E_p by rank at \(l2.text) (L2) and \(linf.text) (L∞)\(random)."
  }

  private var shiftLine: String {
    guard let difference = shift.difference, let grid = shift.withGrid, let picture = shift.withPicture else {
      return "The picture was not moved, or no phase stands out."
    }
    let text =
      "When the picture moves by one pixel, the pattern of phases agrees with itself at \(grid.text) if it stays with the "
      + "grid and at \(picture.text) if it moves with the picture. "
    if difference.lower > 0 { return text + "It stays with the grid." }
    if difference.upper < 0 { return text + "It moves with the picture: texture, not the grid, makes it." }
    return text + "Which of the two cannot be told."
  }
}

extension Estimate {
  /// `1.23 [1.10, 1.35]`
  public var text: String { String(format: "%.3f [%.3f, %.3f]", mean, lower, upper) }
}

/// The first-order advantage of a network's graph with random weights, with its own kernels and with even ones.
public struct EvenTwinFindings: Hashable, Sendable, Encodable {
  /// Layers whose kernels were enlarged.
  public var enlarged: [String]
  /// Seeds tried.
  public var seeds: Int
  /// A₂ of the phase that is strongest on the other pictures, over pictures and seeds.
  public var uneven: Estimate
  /// `nil` where no kernel had to be enlarged.
  public var even: Estimate?

  /// With the properties of the same names.
  public init(enlarged: [String], seeds: Int, uneven: Estimate, even: Estimate?) {
    self.enlarged = enlarged
    self.seeds = seeds
    self.uneven = uneven
    self.even = even
  }

  var sentence: String {
    guard let even else {
      return
        "Every kernel of this network divides by its stride, so there is no more even twin; with random weights its "
        + "strongest phase has A₂ \(uneven.text)."
    }
    return
      "With random weights the strongest phase has A₂ \(uneven.text) in this network's graph and \(even.text) once "
      + "the kernels of \(enlarged.joined(separator: ", ")) are multiples of their strides."
  }
}
