import GinghamAdversarialProbing
import GinghamLattices
import GinghamReporting
import GinghamSignals

/// What `probe` finds.
public struct ProbeFindings: RunFindings {
  /// One attack at one budget, over the pictures that are classified correctly as they are.
  public struct Attack: Encodable, Sendable {
    /// Of the attack.
    public var name: String
    /// That bounds the change.
    public var norm: PerturbationNorm
    /// The largest change that is allowed, of pixels in 0…1.
    public var epsilon: Float
    /// As the user wrote it.
    public var epsilonText: String
    /// Share of the correctly classified pictures that the attack turns, as 32-bit numbers and as 8 bits keep them.
    public var success: Double
    /// As ``success``, with the changed pictures rounded to 8 bits, within the budget; `nil` for attacks that stop at
    /// the first success, of which it would say where they stopped.
    public var successAtEightBits: Double?
    /// At this or any smaller budget.
    public var successWithin: Double
    /// Share of *all* pictures still classified correctly.
    public var accuracy: Double
    /// As ``accuracy``, with the changed pictures rounded to 8 bits; `nil` where ``successAtEightBits`` is.
    public var accuracyAtEightBits: Double?
    /// Medians over successes.
    public var medianL0: Double?
    /// Euclidean length of the change, pixels in 0…1; `nil` without a success.
    public var medianL2: Double?
    /// Largest change of any number, pixels in 0…1; `nil` without a success.
    public var medianLinf: Double?
    /// `nil` without a success, and for attacks that take no steps.
    public var medianSteps: Double?
    /// Whether it looks at no gradient: what the others are held against.
    var isBaseline: Bool

    private enum CodingKeys: String, CodingKey {
      case name, norm, epsilon, epsilonText, success, successWithin, accuracy
      case medianL0, medianL2, medianLinf, medianSteps
      case successAtEightBits = "success_8bit"
      case accuracyAtEightBits = "accuracy_8bit"
    }
  }

  /// The smallest change that turns a picture.
  public struct Minimal: Encodable, Sendable {
    /// `deepfool`, or `bisection of pgd`: of its budget.
    public var name: String
    /// That measures the change.
    public var norm: PerturbationNorm
    /// Over the pictures that were turned.
    public var median: Double?
    /// Of the pixels that those changes touch; `nil` where changes are sought that touch any number.
    public var medianL0: Double?
    /// Pictures for which a change was found.
    public var turned: Int
    /// Pictures for which one was sought.
    public var pictures: Int
  }

  /// Where the loss hears a change, from its gradients at the pictures as they are.
  public struct Sensitivity: Encodable, Sendable {
    /// Of the gradients' energy over all pictures, beside what the architecture predicts.
    public var lattice: LatticeFinding
    /// Row-major S×S.
    public var phaseEnergyShares: [Double]
    /// The same of the gradient's magnitude.
    public var phaseMagnitudeShares: [Double]
    /// How far each lattice frequency stands above its surroundings.
    public var spectrum: [GradientSpectrum.Peak]
  }

  /// How often a single wave turns a picture (Yin et al. 2019).
  public struct Fourier: Encodable, Sendable {
    /// Cells of the heat map along an axis.
    public var side: Int
    /// Of the wave in each channel.
    public var length: Float
    /// Row-major, frequency zero first.
    public var errorRates: [Float]
  }

  /// Attacks on single phases of the lattice.
  public struct Phases: Encodable, Sendable {
    /// How much further each phase goes than chance, over all pictures.
    public var findings: PhaseStudyFindings
    /// The same with kernels that leave no lattice; `nil` where none can be made.
    public var twin: EvenTwinFindings?
    /// What the figures say, a sentence an entry.
    public var verdict: [String]
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Where the right classes come from.
  public var labels: LabelSource
  /// That bounds attacks' changes.
  public var norm: PerturbationNorm
  /// Of every random number.
  public var seed: UInt64
  /// The class that attacks aim at; `nil`: any but the label.
  public var target: Int?
  /// Share of the pictures that are classified correctly as they are, 0…1.
  public var cleanAccuracy: Double
  /// Those that could be read.
  public var pictures: [ProbePicture]
  /// Not attacked: there is nothing left to turn.
  public var misclassified: [String]
  /// By attack, then by budget in ascending order.
  public var attacks: [Attack]
  /// Of attacks that look for the smallest change, and of the bisection; empty where neither was asked for.
  public var minimal: [Minimal]
  /// `nil` where it was not measured.
  public var sensitivity: Sensitivity?
  /// `nil` where it was not asked for.
  public var fourier: Fourier?
  /// `nil` where it was not asked for, or no picture is classified correctly.
  public var phaseStudy: Phases?
  /// What makes outcomes or labels doubtful.
  public var warnings: [ProbingWarning]
  /// Pictures without a result, each with the reason; `nil` where all have one.
  public var skipped: [SkippedFile]?
}

extension ProbeFindings.Attack {
  /// - Parameters:
  ///   - records: of the pictures that are correct as they are.
  ///   - index: of the budget.
  ///   - stopsAtSuccess: whether searches end at the first.
  init(
    _ records: [ProbeAttackRecord], isBaseline: Bool, stopsAtSuccess: Bool, budgets: [Epsilon], index: Int,
    pictures: Int
  ) {
    self.isBaseline = isBaseline
    let outcomes = records.map { $0.outcomes[index] }
    let curve = SuccessCurve(
      epsilons: budgets.map(\.value), outcomes: records.map { $0.outcomes.map(\.success) })
    let successes = outcomes.filter(\.success)
    name = records[0].name
    norm = records[0].norm
    epsilon = budgets[index].value
    epsilonText = budgets[index].text
    success = curve.success[index]
    successWithin = curve.successWithin[index]
    let rounded = stopsAtSuccess ? nil : outcomes.count { $0.successAtEightBits }
    successAtEightBits = rounded.map { Double($0) / Double(outcomes.count) }
    accuracy = Double(outcomes.count { !$0.success }) / Double(pictures)
    accuracyAtEightBits = rounded.map { Double(outcomes.count - $0) / Double(pictures) }
    medianL0 = successes.map { Double($0.distances.l0) }.median
    medianL2 = successes.map(\.distances.l2).median
    medianLinf = successes.map(\.distances.linf).median
    medianSteps = successes.compactMap(\.steps).map(Double.init).median
  }
}

extension ProbeFindings.Minimal {
  init(_ name: String, norm: PerturbationNorm, _ values: [Double?], pixels: [Int]? = nil) {
    self.name = name
    self.norm = norm
    pictures = values.count
    turned = values.count { $0 != nil }
    median = values.compactMap { $0 }.median
    medianL0 = pixels?.map(Double.init).median
  }
}
