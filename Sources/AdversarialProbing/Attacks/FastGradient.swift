import GinghamTensors

/// One step of full length along the gradient of the cross-entropy: clip(x + ε·sign g) for L∞ (Goodfellow, Shlens &
/// Szegedy 2015), clip(x + ε·g/‖g‖₂) for L2.
public struct FastGradient: Attack {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// `fgsm`.
  public var name: String { "fgsm" }

  /// With the property of the same name.
  public init(norm: PerturbationNorm = .linf) {
    self.norm = norm
  }

  /// Searches a change of each picture within each budget.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    let evaluation = try classifier.valuesAndGradient(
      of: batch.crossEntropy(classifier.output), at: batch.pictures)
    var gradient = evaluation.gradient
    batch.applyMasks(to: &gradient)
    var pictures = batch.pictures
    for sample in 0..<batch.count {
      batch.pictures.withSample(sample) { clean in
        gradient.withSample(sample) { gradient in
          pictures.withMutableSample(sample) {
            norm.step($0, from: clean, along: gradient, size: epsilons[sample], epsilon: epsilons[sample])
          }
        }
      }
    }
    return AttackSearch(
      pictures: pictures, losses: evaluation.values.map { [$0] }, steps: batch.labels.map { _ in nil })
  }
}

extension AttackKind {
  /// One step of full length (Goodfellow 2015).
  public static let fastGradient = AttackKind("fgsm", "one step of full length (Goodfellow 2015)") { options in
    FastGradient(norm: options.norm)
  }
}
