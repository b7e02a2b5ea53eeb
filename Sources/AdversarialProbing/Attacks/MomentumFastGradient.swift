import GinghamTensors

/// Steps along a velocity that gathers the gradients of all steps before, so that the climb does not stop at the next
/// small hill (Dong et al. 2018, "Boosting adversarial attacks with momentum", MI-FGSM):
///
/// v ← μ·v + g/‖g‖₁, x ← clip(x₀ + P(x + ε/T·n(v) − x₀)), with g the gradient of the cross-entropy, n = sign for L∞ and
/// v/‖v‖₂ for L2.
public struct MomentumFastGradient: Attack {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// T, which together reach the border of the budget.
  public var steps: Int
  /// μ: what is left of the velocity after each step; 0 is the iterative fast gradient.
  public var momentum: Float
  /// `mi-fgsm`.
  public var name: String { "mi-fgsm" }
  /// Forward and backward passes a picture, on average.
  public var passes: Double { Double(steps) }

  /// - Parameter steps: 10 where `nil`.
  public init(norm: PerturbationNorm = .linf, steps: Int? = nil, momentum: Float = 1) {
    self.norm = norm
    self.steps = steps ?? 10
    self.momentum = momentum
  }

  /// Searches a change of each picture within each budget.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    let objective = batch.crossEntropy(classifier.output)
    var x = batch.pictures
    var velocity = Tensor(x.shape)
    var search = AttackSearch(
      pictures: x, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
    for step in 0..<steps {
      var (values, gradient) = try classifier.valuesAndGradient(of: objective, at: x)
      search.note(values, after: step, isAdversarial: batch.isAdversarial(classifier.predictions))
      batch.applyMasks(to: &gradient)
      for sample in 0..<batch.count {
        gather(gradient, of: sample, into: &velocity)
        batch.pictures.withSample(sample) { clean in
          velocity.withSample(sample) { velocity in
            x.withMutableSample(sample) {
              norm.step(
                $0, from: clean, along: velocity, size: epsilons[sample] / Float(steps), epsilon: epsilons[sample])
            }
          }
        }
      }
    }
    let values = try classifier.values(of: objective, at: x)
    search.note(values, after: steps, isAdversarial: batch.isAdversarial(classifier.predictions))
    search.pictures = x
    return search
  }

  /// v ← μ·v + g/‖g‖₁; a gradient of zero adds nothing.
  private func gather(_ gradient: Tensor, of sample: Int, into velocity: inout Tensor) {
    gradient.withSample(sample) { gradient in
      let length = sumOfMagnitudes(gradient)
      let scale = length > 0 ? Float(1 / length) : 0
      velocity.withMutableSample(sample) { velocity in
        for index in velocity.indices { velocity[index] = momentum * velocity[index] + scale * gradient[index] }
      }
    }
  }
}

extension AttackKind {
  /// Steps with momentum (Dong 2018).
  public static let momentumFastGradient = AttackKind(
    "mi-fgsm", "steps with momentum, which gather the gradients before (Dong 2018)"
  ) { options in MomentumFastGradient(norm: options.norm, steps: options.steps) }
}
