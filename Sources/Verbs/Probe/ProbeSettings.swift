import Foundation
import GinghamAdversarialProbing

/// What `gingham probe` is asked to do.
public struct ProbeSettings: Hashable, Sendable {
  public enum AttackName: String, Hashable, Sendable, CaseIterable {
    case fgsm, pgd
    case apgdCrossEntropy = "apgd-ce"
    case apgdLogitRatio = "apgd-dlr"
    case deepfool, noise
  }

  public var attacks: [AttackName] = [.fgsm, .pgd, .apgdCrossEntropy, .deepfool, .noise]
  public var norm: PerturbationNorm = .linf
  /// `nil`: ``Epsilon/usual(for:)``.
  public var epsilons: [Epsilon]?
  /// Of PGD and APGD; `nil`: each its own.
  public var steps: Int?
  public var restarts = 1
  public var startsRandomly = false
  public var stopsEarly = false
  /// The class every picture is to be taken for; `nil`: any but its label.
  public var target: Int?
  /// H×W: only pixels that are not zero may change.
  public var mask: PixelMask?
  public var seed: UInt64 = 0
  /// Pictures attacked together.
  public var batch = 5
  /// Looks for each picture's smallest budget by bisection with PGD.
  public var findsMinimalEpsilon = false
  /// Cells a side of the Fourier heat map; 0: none.
  public var fourierSide = 0
  public var studiesPhases = false
  /// The lattice's side for shares and the phase study; `nil`: the network's, at most 4 for the study.
  public var period: Int?
  /// Keeps each attack's picture of the smallest successful budget as `.npy` and PNG.
  public var savesPictures = true

  public init() {}

  /// In ascending order, each once.
  public var budgets: [Epsilon] {
    var seen: Set<Float> = []
    return (epsilons ?? Epsilon.usual(for: norm)).sorted { $0.value < $1.value }
      .filter { seen.insert($0.value).inserted }
  }

  func attack(_ name: AttackName) -> any Attack {
    switch name {
    case .fgsm: FastGradient(norm: norm)
    case .pgd: descent(startsRandomly: startsRandomly, restarts: restarts, stopsEarly: stopsEarly)
    case .apgdCrossEntropy: AutoPGD(norm: norm, steps: steps ?? 100, restarts: restarts)
    case .apgdLogitRatio: AutoPGD(norm: norm, loss: .logitRatio, steps: steps ?? 100, restarts: restarts)
    case .deepfool: DeepFool(norm: norm)
    case .noise: NoiseBaseline(norm: norm)
    }
  }

  /// Where fewer steps than usual are asked for they are longer, so that all of them together reach as far: 4/3 of the
  /// budget in L∞, 5/4 of it in L2. Steps of ε/30 that cannot reach the border would make a weak attack look like a
  /// robust network.
  private func descent(
    startsRandomly: Bool = false, restarts: Int = 1, stopsEarly: Bool
  ) -> ProjectedGradientDescent {
    let usual = ProjectedGradientDescent(norm: norm)
    let stretch = max(1, Double(usual.steps) / Double(max(1, steps ?? usual.steps)))
    return ProjectedGradientDescent(
      norm: norm, steps: steps, relativeStepSize: usual.relativeStepSize * stretch, startsRandomly: startsRandomly,
      restarts: restarts, stopsEarly: stopsEarly)
  }

  /// Of the bisection: the search stops at the first success, as only that counts.
  func minimalSearch(elements: Int) -> MinimalEpsilon {
    let first = budgets.first { $0.value > 0 }?.value ?? (norm == .linf ? 0.25 / 255 : 0.1)
    return MinimalEpsilon(
      of: descent(stopsEarly: true), first: first,
      largest: max(first, norm == .linf ? 0.5 : 0.1 * Float(elements).squareRoot()))
  }

  /// - Throws: ``ProbingError`` where the settings contradict each other.
  func check(elements: Int, classes: Int, height: Int, width: Int) throws {
    for epsilon in budgets { try epsilon.check(for: norm, elements: elements) }
    guard !attacks.isEmpty, !budgets.isEmpty else {
      throw ProbingError.badArgument("there is nothing to do without an attack and a budget")
    }
    for name in attacks {
      let attack = attack(name)
      guard classes >= attack.neededClasses else {
        throw ProbingError.tooFewClasses(attack: attack.name, needed: attack.neededClasses, found: classes)
      }
    }
    if let target {
      guard (0..<classes).contains(target) else { throw ProbingError.labelOutOfRange(label: target, classes: classes) }
      for name in attacks where name == .deepfool || name == .apgdLogitRatio {
        throw ProbingError.badArgument("\(name.rawValue) has no targeted form: leave it out of --attack")
      }
    }
    if let mask {
      guard mask.height == height, mask.width == width else {
        throw ProbingError.wrongMask(expected: [height, width], found: [mask.height, mask.width])
      }
      guard mask.count > 0 else { throw ProbingError.emptyMask }
    }
  }
}
