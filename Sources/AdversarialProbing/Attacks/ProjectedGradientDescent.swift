import GinghamTensors

/// Many small steps along the normalised gradient of the cross-entropy, each brought back into the budget (Madry et al.
/// 2018): x ← clip(x₀ + P(x + α·n(g) − x₀)).
public struct ProjectedGradientDescent: Attack {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// Steps of one search.
  public var steps: Int
  /// α ÷ ε.
  public var relativeStepSize: Double
  /// Begins at a random place of the budget's ball: uniform in L∞, and in L2 by n + 2 normals of which two are dropped
  /// (Voelker, Gosmann & Stewart 2017). The first search of several begins there only where this is set.
  public var startsRandomly: Bool
  /// Searches for each picture, until one succeeds.
  public var restarts: Int
  /// Leaves a picture alone from its first adversarial step on.
  public var stopsEarly: Bool
  /// As it was asked for.
  public var stopsAtSuccess: Bool { stopsEarly }
  /// `pgd`.
  public var name: String { "pgd" }
  /// Forward and backward passes a picture, on average.
  public var passes: Double { Double(steps) * Double(restarts) }

  /// - Parameter steps: 40 for L∞ and 50 for L2 where `nil`; the step size is ε/30 and ε/40.
  public init(
    norm: PerturbationNorm = .linf, steps: Int? = nil, relativeStepSize: Double? = nil, startsRandomly: Bool = false,
    restarts: Int = 1, stopsEarly: Bool = false
  ) {
    self.norm = norm
    self.steps = steps ?? (norm == .linf ? 40 : 50)
    self.relativeStepSize = relativeStepSize ?? (norm == .linf ? 0.01 / 0.3 : 0.025)
    self.startsRandomly = startsRandomly
    self.restarts = restarts
    self.stopsEarly = stopsEarly
  }

  /// Searches a change of each picture within each budget.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    var best = try climb(batch, epsilons, classifier, start: startsRandomly ? 0 : nil, seed: seed)
    guard restarts > 1 else { return best }
    var isAdversarial = batch.isAdversarial(try classifier.predictions(of: best.pictures))
    for restart in 1..<restarts where isAdversarial.contains(false) {
      let next = try climb(batch, epsilons, classifier, start: restart, seed: seed)
      let succeeded = batch.isAdversarial(try classifier.predictions(of: next.pictures))
      for sample in 0..<batch.count where !isAdversarial[sample] && succeeded[sample] {
        best.pictures.copySample(sample, from: next.pictures)
        best.losses[sample] = next.losses[sample]
        best.steps[sample] = next.steps[sample]
        isAdversarial[sample] = true
      }
    }
    return best
  }

  private func climb(
    _ batch: AttackBatch, _ epsilons: [Float], _ classifier: Classifier, start: Int?, seed: UInt64
  ) throws -> AttackSearch {
    let objective = batch.crossEntropy(classifier.output)
    var x = batch.pictures
    if let start {
      let noise = RandomStart(norm: norm, seed: seed, purpose: "pgd.\(start)")
      noise.move(&x, of: batch, epsilons: epsilons)
    }
    var search = AttackSearch(
      pictures: x, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
    for step in 0...steps {
      // The picture behind the last step is only looked at.
      if step == steps {
        let values = try classifier.values(of: objective, at: x)
        search.note(
          values, after: step, isAdversarial: batch.isAdversarial(classifier.predictions), leavesTurned: stopsEarly)
        break
      }
      let evaluation = try classifier.valuesAndGradient(of: objective, at: x)
      var gradient = evaluation.gradient
      search.note(
        evaluation.values, after: step, isAdversarial: batch.isAdversarial(classifier.predictions),
        leavesTurned: stopsEarly)
      if stopsEarly, search.steps.allSatisfy({ $0 != nil }) { break }
      batch.applyMasks(to: &gradient)
      for sample in 0..<batch.count where !stopsEarly || search.steps[sample] == nil {
        batch.pictures.withSample(sample) { clean in
          gradient.withSample(sample) { gradient in
            x.withMutableSample(sample) {
              norm.step(
                $0, from: clean, along: gradient, size: Float(relativeStepSize * Double(epsilons[sample])),
                epsilon: epsilons[sample])
            }
          }
        }
      }
    }
    search.pictures = x
    return search
  }
}

extension ProjectedGradientDescent {
  /// Where fewer steps than usual are asked for they are longer, so that all of them together reach as far: 4/3 of the
  /// budget in L∞, 5/4 of it in L2. Steps of ε/30 that cannot reach the border would make a weak attack look like a
  /// robust network.
  public init(reachingTheBorder options: AttackOptions) {
    let usual = ProjectedGradientDescent(norm: options.norm)
    let stretch = max(1, Double(usual.steps) / Double(max(1, options.steps ?? usual.steps)))
    self.init(
      norm: options.norm, steps: options.steps, relativeStepSize: usual.relativeStepSize * stretch,
      startsRandomly: options.startsRandomly, restarts: options.restarts, stopsEarly: options.stopsEarly)
  }
}

extension AttackKind {
  /// Many small steps within the budget (Madry 2018).
  public static let projectedGradientDescent = AttackKind(
    "pgd", "many small steps, each brought back into the budget (Madry 2018)"
  ) { options in ProjectedGradientDescent(reachingTheBorder: options) }
}
