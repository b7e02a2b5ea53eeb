import GinghamTensors

/// Noise of the same budget without looking at the network: uniform within ±ε for L∞, Gaussian of length ε for L2. What
/// an attack finds beyond this is due to the gradient.
public struct NoiseBaseline: Attack {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// `uniform-noise` for L∞, `gaussian-noise` for L2.
  public var name: String { norm == .linf ? "uniform-noise" : "gaussian-noise" }
  /// Whether it looks at no gradient: what the others are held against.
  public var isBaseline: Bool { true }

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
    var pictures = batch.pictures
    RandomStart(norm: norm, seed: seed, purpose: name, isOnSurface: norm == .l2)
      .move(&pictures, of: batch, epsilons: epsilons)
    return AttackSearch(
      pictures: pictures, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
  }
}

extension AttackKind {
  /// Noise of the same size, which looks at no gradient.
  public static let noise = AttackKind("noise", "noise of the same size, which looks at no gradient") { options in
    NoiseBaseline(norm: options.norm)
  }
}
