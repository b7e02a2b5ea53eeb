import GinghamTensors

/// Projected gradient steps with momentum whose size is halved whenever progress stalls (Croce & Hein 2020, APGD), on
/// the cross-entropy or on the difference of logits ratio.
///
/// η = 2ε at first; z = P(x + η·n(g)); x⁺ = P(x + a(z − x) + (1 − a)(x − x_previous)), a = 1 in the first step and ¾
/// later. At checkpoints η is halved, and the search goes back to its best point, where the objective rose in at most
/// ¾ of the window's steps, or where neither η nor the best objective changed since the last one.
public struct AutoPGD: Attack {
  /// What is climbed: cross-entropy, or the difference of logits ratio.
  public enum Loss: String, Sendable, CaseIterable {
    case crossEntropy = "ce"
    case logitRatio = "dlr"
  }

  /// The norm that budgets and distances are measured in.
  public var norm: PerturbationNorm
  /// What is climbed.
  public var loss: Loss
  /// Steps of one search.
  public var steps: Int
  /// Whether a search begins at a random place within the budget.
  public var startsRandomly: Bool
  /// Searches a picture, until one succeeds.
  public var restarts: Int
  /// `apgd-ce` or `apgd-dlr`.
  public var name: String { "apgd-\(loss.rawValue)" }
  /// Whether it can aim at a class.
  public var isTargetable: Bool { loss == .crossEntropy }
  /// Forward and backward passes a picture, on average.
  public var passes: Double { Double(steps) * Double(restarts) }
  /// Classes that a net must have.
  public var neededClasses: Int { loss == .logitRatio ? LogitRatioObjective.neededClasses : 2 }

  /// - Parameter steps: 100 where `nil`.
  public init(
    norm: PerturbationNorm = .linf, loss: Loss = .crossEntropy, steps: Int? = nil, startsRandomly: Bool = true,
    restarts: Int = 1
  ) {
    self.norm = norm
    self.loss = loss
    self.steps = steps ?? 100
    self.startsRandomly = startsRandomly
    self.restarts = restarts
  }

  /// Steps after which progress is judged.
  public static func checkpoints(steps: Int) -> [Int] {
    var window = max(steps * 22 / 100, 1)
    let (shrink, least) = (max(steps * 3 / 100, 1), max(steps * 6 / 100, 1))
    var checkpoints: [Int] = []
    var next = window
    while next <= steps {
      checkpoints.append(next - 1)
      window = max(window - shrink, least)
      next += window
    }
    return checkpoints
  }

  /// Searches a change of each picture within each budget.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    try checkTargets(of: batch)
    var best = try climb(batch, epsilons, classifier, start: startsRandomly ? 0 : nil, seed: seed)
    for restart in 1..<max(restarts, 1) where best.steps.contains(nil) {
      let next = try climb(batch, epsilons, classifier, start: restart, seed: seed)
      for sample in 0..<batch.count where best.steps[sample] == nil && next.steps[sample] != nil {
        best.pictures.copySample(sample, from: next.pictures)
        best.losses[sample] = next.losses[sample]
        best.steps[sample] = next.steps[sample]
      }
    }
    return best
  }

  private func climb(
    _ batch: AttackBatch, _ epsilons: [Float], _ classifier: Classifier, start: Int?, seed: UInt64
  ) throws -> AttackSearch {
    var x = batch.pictures
    if let start {
      let noise = RandomStart(norm: norm, seed: seed, purpose: "\(name).\(start)", isOnSurface: true)
      noise.move(&x, of: batch, epsilons: epsilons)
    }
    func evaluate(_ x: Tensor) throws -> (values: [Float], gradient: Tensor) {
      let output = classifier.output
      var evaluation =
        switch loss {
        case .crossEntropy: try classifier.valuesAndGradient(of: batch.crossEntropy(output), at: x)
        case .logitRatio:
          try classifier.valuesAndGradient(of: LogitRatioObjective(batch.labels, output: output), at: x)
        }
      batch.applyMasks(to: &evaluation.gradient)
      return evaluation
    }
    var (values, gradient) = try evaluate(x)
    var search = AttackSearch(
      pictures: x, losses: values.map { [$0] }, steps: batch.isAdversarial(classifier.predictions).map { $0 ? 0 : nil })
    var progress = AutoPGDProgress(values, steps: steps)
    var (best, bestGradient, previous) = (x, gradient, x)
    for step in 0..<steps {
      let momentum: Float = step > 0 ? 0.75 : 1
      for sample in 0..<batch.count {
        advance(
          sample, &x, &previous, clean: batch.pictures, gradient: gradient,
          size: 2 * epsilons[sample] * progress.stepFactors[sample], epsilon: epsilons[sample], momentum: momentum)
      }
      (values, gradient) = try evaluate(x)
      let isAdversarial = batch.isAdversarial(classifier.predictions)
      for sample in 0..<batch.count {
        search.losses[sample].append(values[sample])
        if isAdversarial[sample] {
          search.pictures.copySample(sample, from: x)
          search.steps[sample] = search.steps[sample] ?? step + 1
        }
        if progress.note(values[sample], sample: sample, step: step) {
          best.copySample(sample, from: x)
          bestGradient.copySample(sample, from: gradient)
        }
      }
      for sample in progress.stalled(after: step) {
        x.copySample(sample, from: best)
        gradient.copySample(sample, from: bestGradient)
      }
    }
    // Where nothing was adversarial, the point of the largest objective is the best that is known.
    for sample in 0..<batch.count where search.steps[sample] == nil { search.pictures.copySample(sample, from: best) }
    return search
  }

  private func advance(
    _ sample: Int, _ x: inout Tensor, _ previous: inout Tensor, clean: Tensor, gradient: Tensor, size: Float,
    epsilon: Float, momentum: Float
  ) {
    clean.withSample(sample) { clean in
      gradient.withSample(sample) { gradient in
        x.withMutableSample(sample) { x in
          previous.withMutableSample(sample) { previous in
            var stepped = Array(x)
            stepped.withUnsafeMutableBufferPointer { stepped in
              norm.step(stepped, from: clean, along: gradient, size: size, epsilon: epsilon)
              for index in x.indices {
                let here = x[index]
                x[index] = here + (stepped[index] - here) * momentum + (here - previous[index]) * (1 - momentum)
                previous[index] = here
              }
            }
            norm.project(x, around: clean, epsilon: epsilon)
          }
        }
      }
    }
  }
}

extension AttackKind {
  /// On the cross-entropy (Croce & Hein 2020).
  public static let autoPGDCrossEntropy = AttackKind(
    "apgd-ce", "steps that halve where progress stalls, on the cross-entropy (Croce & Hein 2020)"
  ) { options in AutoPGD(norm: options.norm, steps: options.steps, restarts: options.restarts) }

  /// On the difference of logits ratio (Croce & Hein 2020); needs three classes.
  public static let autoPGDLogitRatio = AttackKind(
    "apgd-dlr", "the same on the difference of logits ratio"
  ) { options in AutoPGD(norm: options.norm, loss: .logitRatio, steps: options.steps, restarts: options.restarts) }
}

/// When APGD halves the step of a picture.
struct AutoPGDProgress {
  /// The step size of each picture, relative to the first one.
  private(set) var stepFactors: [Float]
  private var best: [Float]
  private var bestAtLastCheck: [Float]
  private var reducedAtLastCheck: [Bool]
  private var history: [[Float]]
  private var window: Int
  private var sinceCheck = 0
  private let shrink: Int
  private let leastWindow: Int

  init(_ values: [Float], steps: Int) {
    stepFactors = values.map { _ in 1 }
    best = values
    bestAtLastCheck = values
    reducedAtLastCheck = values.map { _ in true }
    // The authors' record holds zeros until it is written, and the first window reads one element before its start:
    // the step behind the last.
    history = values.map { _ in [Float](repeating: 0, count: steps) }
    window = max(steps * 22 / 100, 1)
    shrink = max(steps * 3 / 100, 1)
    leastWindow = max(steps * 6 / 100, 1)
  }

  /// Whether the value is the picture's best so far.
  mutating func note(_ value: Float, sample: Int, step: Int) -> Bool {
    history[sample][step] = value
    guard value > best[sample] else { return false }
    best[sample] = value
    return true
  }

  /// The pictures that go back to their best point with half the step.
  mutating func stalled(after step: Int) -> [Int] {
    sinceCheck += 1
    guard sinceCheck == window else { return [] }
    let stalled = stepFactors.indices.filter { sample in
      let record = history[sample]
      let rises = (0..<window).count { back in
        let index = step - back
        return record[index] > record[index > 0 ? index - 1 : record.count - 1]
      }
      let oscillates = Float(rises) <= Float(window) * 0.75
      return oscillates || (!reducedAtLastCheck[sample] && bestAtLastCheck[sample] >= best[sample])
    }
    reducedAtLastCheck = stepFactors.indices.map(stalled.contains)
    bestAtLastCheck = best
    for sample in stalled { stepFactors[sample] /= 2 }
    window = max(window - shrink, leastWindow)
    sinceCheck = 0
    return stalled
  }
}
