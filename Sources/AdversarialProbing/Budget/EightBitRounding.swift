import Foundation
import GinghamTensors

/// A perturbed picture as a file of 8 bits a sample keeps it, never farther from the clean picture than before.
///
/// Changes are rounded to whole levels of 1/255, counted from the clean picture's own levels. An L∞ budget also cuts
/// them at ⌊255·ε⌋ levels, so budgets below one level leave the picture as it is. Where rounding to the nearest would
/// leave an L2 budget, the changes that were rounded away from the clean picture are rounded towards it instead, those
/// with the smallest fraction first, as many as needed.
public enum EightBitRounding {
  /// - Parameters:
  ///   - pictures: N×C×H×W in 0…1.
  ///   - clean: where they started.
  ///   - epsilons: one a picture.
  public static func rounded(
    _ pictures: Tensor, around clean: Tensor, norm: PerturbationNorm, epsilons: [Float]
  ) -> Tensor {
    var result = pictures
    for sample in 0..<pictures.shape[0] {
      clean.withSample(sample) { clean in
        result.withMutableSample(sample) { round($0, around: clean, norm: norm, epsilon: epsilons[sample]) }
      }
    }
    return result
  }

  private static func round(
    _ x: UnsafeMutableBufferPointer<Float>, around clean: UnsafeBufferPointer<Float>, norm: PerturbationNorm,
    epsilon: Float
  ) {
    // The slack forgives the rounding of ε itself to 32 bits.
    let limit = (255 * epsilon + 1e-3).rounded(.down)
    var outward: [(fraction: Float, index: Int)] = []
    var squares = 0.0
    for index in x.indices {
      let base = (255 * clean[index]).rounded()
      let change = 255 * (x[index] - clean[index])
      var levels = change.rounded()
      if norm == .linf { levels = min(max(levels, -limit), limit) }
      // A clean picture between two levels may put the sum a level outside.
      levels = min(max(levels, -base), 255 - base)
      if abs(levels) > abs(change) { outward.append((abs(change) - abs(levels) + 1, index)) }
      squares += Double(levels * levels)
      x[index] = (base + levels) / 255
    }
    guard norm == .l2 else { return }
    let budget = Double(255 * epsilon) * Double(255 * epsilon)
    guard squares > budget else { return }
    outward.sort { ($0.fraction, $0.index) < ($1.fraction, $1.index) }
    for (_, index) in outward {
      guard squares > budget else { break }
      let base = (255 * clean[index]).rounded()
      let levels = (255 * x[index]).rounded() - base
      let fewer = levels - sign(levels)
      squares -= Double(levels * levels) - Double(fewer * fewer)
      x[index] = (base + fewer) / 255
    }
  }
}
