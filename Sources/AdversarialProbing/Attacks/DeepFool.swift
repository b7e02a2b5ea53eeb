import GinghamTensors

/// Steps to the nearest of the linearised boundaries between the network's own class i₀ and its next likely ones, until
/// the class changes (Moosavi-Dezfooli, Fawzi & Frossard 2016). Looks for the smallest change, so one search serves
/// every budget. Untargeted.
///
/// With w_k the gradient of z_k − z_{i₀}: d_k = |z_k − z_{i₀}|/(‖w_k‖ + 10⁻⁸) for the smallest d_k,
/// p += (d + 10⁻⁴)·w/(‖w‖ + 10⁻⁸), x = clip(x₀ + 1.02·p). For L∞ the dual norm ‖w‖₁ measures, and sign(w) is the step.
public struct DeepFool: Attack {
  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// Linearisations at most.
  public var steps: Int
  /// So many of the likeliest classes are considered, i₀ among them.
  public var candidates: Int
  /// Share by which the way to the boundary is lengthened, so that it is crossed.
  public var overshoot: Float
  /// `deepfool`.
  public var name: String { "deepfool" }
  /// Whether one search serves every budget.
  public var isMinimumNorm: Bool { true }
  /// Whether it can aim at a class.
  public var isTargetable: Bool { false }
  /// Most pictures are turned within a few steps of two passes or more.
  public var passes: Double { Double(steps) / 2 }

  /// With the properties of the same names.
  public init(norm: PerturbationNorm = .l2, steps: Int = 50, candidates: Int = 10, overshoot: Float = 0.02) {
    self.norm = norm
    self.steps = steps
    self.candidates = candidates
    self.overshoot = overshoot
  }

  /// Searches a change of each picture within each budget.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    try checkTargets(of: batch)
    var x = batch.pictures
    try classifier.forward(x)
    let ranking = classifier.ranking(min(candidates, classifier.classCount))
    let own = ranking.map { $0[0] }
    var total = Tensor(x.shape)
    var search = AttackSearch(
      pictures: x, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
    for step in 0...steps {
      if step > 0 { try classifier.forward(x) }
      let isAdversarial = batch.isAdversarial(classifier.predictions)
      for sample in 0..<batch.count where isAdversarial[sample] && search.steps[sample] == nil {
        search.steps[sample] = step
      }
      guard step < steps, isAdversarial.contains(false) else { break }
      let nearest = try nearestBoundary(ranking, own, batch, classifier)
      for sample in 0..<batch.count {
        search.losses[sample].append(-nearest.margins[sample])
        advance(sample, &total, nearest)
        guard !isAdversarial[sample] else { continue }
        batch.pictures.withSample(sample) { clean in
          total.withSample(sample) { total in
            x.withMutableSample(sample) { x in
              for index in x.indices { x[index] = clippedToUnit(clean[index] + (1 + overshoot) * total[index]) }
            }
          }
        }
      }
    }
    search.pictures = x
    return search
  }

  private struct Boundary {
    var gradients: Tensor
    /// ‖w‖ in the dual norm.
    var norms: [Double]
    var distances: [Double]
    /// |z_k − z_{i₀}|
    var margins: [Float]
  }

  /// The boundary that lies nearest in the linear picture, for each picture of the last forward pass.
  private func nearestBoundary(
    _ ranking: [[Int]], _ own: [Int], _ batch: AttackBatch, _ classifier: Classifier
  ) throws -> Boundary {
    var nearest = Boundary(
      gradients: Tensor(batch.pictures.shape), norms: own.map { _ in 0 }, distances: own.map { _ in .infinity },
      margins: own.map { _ in 0 })
    for place in 1..<ranking[0].count {
      let objective = LogitDifferenceObjective(
        raised: ranking.map { $0[place] }, lowered: own, output: classifier.output)
      var (values, gradient) = try classifier.gradient(of: objective)
      batch.applyMasks(to: &gradient)
      for sample in 0..<batch.count {
        let length = gradient.withSample(sample, norm.dual)
        let distance = Double(abs(values[sample])) / (length + 1e-8)
        guard distance < nearest.distances[sample] else { continue }
        nearest.distances[sample] = distance
        nearest.norms[sample] = length
        nearest.margins[sample] = abs(values[sample])
        nearest.gradients.copySample(sample, from: gradient)
      }
    }
    return nearest
  }

  private func advance(_ sample: Int, _ total: inout Tensor, _ nearest: Boundary) {
    let distance = nearest.distances[sample] + 1e-4
    guard distance.isFinite else { return }
    nearest.gradients.withSample(sample) { gradient in
      total.withMutableSample(sample) { total in
        switch norm {
        case .l2:
          let scale = Float(distance / (nearest.norms[sample] + 1e-8))
          for index in total.indices { total[index] += scale * gradient[index] }
        case .linf:
          for index in total.indices { total[index] += Float(distance) * sign(gradient[index]) }
        }
      }
    }
  }
}

extension AttackKind {
  /// Steps to the nearest boundary (Moosavi-Dezfooli 2016).
  public static let deepFool = AttackKind(
    "deepfool", "steps to the nearest boundary, one search for all budgets (Moosavi-Dezfooli 2016)"
  ) { options in DeepFool(norm: options.norm) }
}
