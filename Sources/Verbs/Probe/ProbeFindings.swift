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
    /// The norm that budgets and distances are measured in.
    public var norm: PerturbationNorm
    /// In units of 0…1.
    public var epsilon: Float
    /// As the user wrote it.
    public var epsilonText: String
    /// Share of the correctly classified pictures that the attack turns, as 32-bit numbers and as 8 bits keep them.
    public var success: Double
    /// The same share, of pictures rounded to 8 bits a sample.
    public var successAtEightBits: Double
    /// At this or any smaller budget.
    public var successWithin: Double
    /// Share of *all* pictures still classified correctly.
    public var accuracy: Double
    /// The same share, of pictures rounded to 8 bits a sample.
    public var accuracyAtEightBits: Double
    /// Medians over successes.
    public var medianL0: Double?
    /// In units of 0…1.
    public var medianL2: Double?
    /// In units of 0…1.
    public var medianLinf: Double?
    /// Until success.
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
    /// `deepfool`, or `bisection` of PGD's budget.
    public var name: String
    /// The norm that budgets and distances are measured in.
    public var norm: PerturbationNorm
    /// Over the pictures that were turned.
    public var median: Double?
    /// Pictures for which one was found.
    public var turned: Int
    /// Pictures that were tried.
    public var pictures: Int
  }

  /// Where the loss is sensitive.
  public struct Sensitivity: Encodable, Sendable {
    /// What the gradient's lattice shows.
    public var lattice: LatticeFinding
    /// Row-major S×S.
    public var phaseEnergyShares: [Double]
    /// Of the gradient's length, row-major S×S.
    public var phaseMagnitudeShares: [Double]
    /// At the lattice's frequencies.
    public var spectrum: [GradientSpectrum.Peak]
  }

  /// How single waves turn pictures (Yin et al. 2019).
  public struct Fourier: Encodable, Sendable {
    /// Frequencies along each axis.
    public var side: Int
    /// Of the wave in each channel.
    public var length: Float
    /// Row-major, frequency zero first.
    public var errorRates: [Float]
  }

  /// The phase study.
  public struct Phases: Encodable, Sendable {
    /// Its figures.
    public var findings: PhaseStudyFindings
    /// Of an even net of the same shape; `nil` where none can be made.
    public var twin: EvenTwinFindings?
    /// Its sentences.
    public var verdict: [String]
  }

  /// As it was named.
  public var model: String
  /// Where right classes are from.
  public var labels: LabelSource
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// Of every random number.
  public var seed: UInt64
  /// The class that pictures were to be taken for; `nil`: any but the right one.
  public var target: Int?
  /// Share of the pictures that are right as they are, in 0…1.
  public var cleanAccuracy: Double
  /// As they are.
  public var pictures: [ProbePicture]
  /// Not attacked: there is nothing left to turn.
  public var misclassified: [String]
  /// An attack's budgets in ascending order, attack by attack.
  public var attacks: [Attack]
  /// Smallest changes, by each search that knows one.
  public var minimal: [Minimal]
  /// `nil` where no picture is right.
  public var sensitivity: Sensitivity?
  /// `nil` where nobody asked.
  public var fourier: Fourier?
  /// `nil` where nobody asked.
  public var phaseStudy: Phases?
  /// What may make a failed attack look like robustness.
  public var warnings: [ProbingWarning]
  /// Pictures without a result, each with the reason; `nil` where all have one.
  public var skipped: [SkippedFile]?
}

extension ProbeFindings.Attack {
  /// - Parameters:
  ///   - records: of the pictures that are correct as they are.
  ///   - index: of the budget.
  init(_ records: [ProbeAttackRecord], isBaseline: Bool, budgets: [Epsilon], index: Int, pictures: Int) {
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
    successAtEightBits = Double(outcomes.count { $0.successAtEightBits }) / Double(outcomes.count)
    accuracy = Double(outcomes.count { !$0.success }) / Double(pictures)
    accuracyAtEightBits = Double(outcomes.count { !$0.successAtEightBits }) / Double(pictures)
    medianL0 = successes.map { Double($0.distances.l0) }.median
    medianL2 = successes.map(\.distances.l2).median
    medianLinf = successes.map(\.distances.linf).median
    medianSteps = successes.compactMap(\.steps).map(Double.init).median
  }
}

extension ProbeFindings.Minimal {
  init(_ name: String, norm: PerturbationNorm, _ values: [Double?]) {
    self.name = name
    self.norm = norm
    pictures = values.count
    turned = values.count { $0 != nil }
    median = values.compactMap { $0 }.median
  }
}
