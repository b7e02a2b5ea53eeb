import Foundation
import GinghamTensors

/// The fewest elements whose change turns a picture, however large each change (Cinà et al. 2024, "σ-zero:
/// gradient-based optimization of ℓ0-norm adversarial examples", algorithm 1). One search serves every budget; how many
/// elements it changed is the raw distance's L0.
///
/// With L = max(z_y − max_{k≠y} z_k, 0) and ℓ̂₀(δ) = Σ δ²/(δ² + σ):
/// g = ∇(L + ℓ̂₀/d), δ ← clip(x + δ − η·g/‖g‖∞) − x, then δ_j ← 0 where |δ_j| < τ; τ grows by t·η where the picture is
/// turned and shrinks by it where not; η follows a cosine from η₀ to η₀/10. Of the turned pictures the one with the
/// fewest changed elements is kept.
public struct SigmaZero: Attack {
  /// That budgets and distances are measured in; the search itself knows none.
  public var norm: PerturbationNorm
  /// N.
  public var steps: Int
  /// σ: how small a change counts as none.
  public var smoothing: Float
  /// η₀, of pixels in 0…1.
  public var rate: Float
  /// τ at the start: changes below it are undone.
  public var threshold: Float
  /// t: how fast τ follows, in units of η.
  public var adaptation: Float
  /// `sigma-zero`.
  public var name: String { "sigma-zero" }
  /// Whether one search serves every budget.
  public var isMinimumNorm: Bool { true }
  /// Forward and backward passes a picture.
  public var passes: Double { 2 * Double(steps) }

  /// With the properties of the same names; the paper's where left out, but for `steps`, of which it takes 1000 too.
  public init(
    norm: PerturbationNorm = .l2, steps: Int? = nil, smoothing: Float = 1e-3, rate: Float = 1, threshold: Float = 0.3,
    adaptation: Float = 0.01
  ) {
    self.norm = norm
    self.steps = steps ?? 200
    self.smoothing = smoothing
    self.rate = rate
    self.threshold = threshold
    self.adaptation = adaptation
  }

  /// Searches the fewest elements of each picture; where none turns it, the search's end is left.
  ///
  /// - Throws: what the classifier throws.
  public func search(
    _ batch: AttackBatch, epsilons: [Float], against classifier: Classifier, seed: UInt64
  ) throws -> AttackSearch {
    var (x, best) = (batch.pictures, batch.pictures)
    var fewest = [Int](repeating: .max, count: batch.count)
    var thresholds = [Float](repeating: threshold, count: batch.count)
    var search = AttackSearch(pictures: x, losses: batch.labels.map { _ in [] }, steps: batch.labels.map { _ in nil })
    for step in 0...steps {
      try classifier.forward(x)
      let isAdversarial = batch.isAdversarial(classifier.predictions)
      for sample in 0..<batch.count where isAdversarial[sample] {
        let changed = Self.changed(x, from: batch.pictures, sample)
        guard changed < fewest[sample] else { continue }
        fewest[sample] = changed
        best.copySample(sample, from: x)
      }
      var (margins, gradient) = try classifier.gradient(of: boundary(of: batch, classifier))
      search.note(margins.map { -max(0, $0) }, after: step, isAdversarial: isAdversarial)
      guard step < steps else { break }
      batch.applyMasks(to: &gradient)
      let eta = learningRate(step)
      for sample in 0..<batch.count {
        // τ answers to the picture that was just looked at, from the first step on.
        if step > 0 {
          let change = adaptation * learningRate(step - 1)
          thresholds[sample] = min(1, max(0, thresholds[sample] + (isAdversarial[sample] ? change : -change)))
        }
        advance(
          sample, &x, gradient, of: batch, size: eta, threshold: thresholds[sample],
          isTurned: isAdversarial[sample])
      }
    }
    search.pictures = x
    for sample in 0..<batch.count where fewest[sample] < .max { search.pictures.copySample(sample, from: best) }
    return search
  }

  /// η of a step: half a cosine from η₀ to a tenth of it.
  private func learningRate(_ step: Int) -> Float {
    let least = rate / 10
    return least + (rate - least) * Float(1 + cos(Double.pi * Double(step) / Double(steps))) / 2
  }

  /// The margin that the last forward pass leaves to the nearest other class, or from the likeliest one to the target.
  private func boundary(of batch: AttackBatch, _ classifier: Classifier) -> LogitDifferenceObjective {
    let ends = batch.targets ?? batch.labels
    let rivals = zip(classifier.ranking(2), ends).map { $0[0] == $1 ? $0[1] : $0[0] }
    return batch.targets == nil
      ? LogitDifferenceObjective(raised: ends, lowered: rivals, output: classifier.output)
      : LogitDifferenceObjective(raised: rivals, lowered: ends, output: classifier.output)
  }

  /// One step of a picture. `gradient` is that of the margin, which is no loss any more once the picture is turned.
  private func advance(
    _ sample: Int, _ x: inout Tensor, _ gradient: Tensor, of batch: AttackBatch, size: Float, threshold: Float,
    isTurned: Bool
  ) {
    batch.pictures.withSample(sample) { clean in
      gradient.withSample(sample) { gradient in
        x.withMutableSample(sample) { x in
          let count = Float(x.count)
          func slope(_ index: Int) -> Float {
            let change = x[index] - clean[index]
            let square = change * change + smoothing
            return (isTurned ? 0 : gradient[index]) + 2 * change * smoothing / (square * square) / count
          }
          var largest: Float = 1e-12
          for index in x.indices { largest = max(largest, abs(slope(index))) }
          for index in x.indices {
            let moved = clippedToUnit(x[index] - size * slope(index) / largest)
            x[index] = abs(moved - clean[index]) < threshold ? clean[index] : moved
          }
        }
      }
    }
  }

  private static func changed(_ x: Tensor, from clean: Tensor, _ sample: Int) -> Int {
    x.withSample(sample) { x in clean.withSample(sample) { clean in x.indices.count { x[$0] != clean[$0] } } }
  }
}

extension AttackKind {
  /// The fewest elements (Cinà 2024).
  public static let sigmaZero = AttackKind(
    "sigma-zero", "the fewest elements that turn a picture, one search for all budgets (Cinà 2024)"
  ) { options in SigmaZero(norm: options.norm, steps: options.steps) }
}
