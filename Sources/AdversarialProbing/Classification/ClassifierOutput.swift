import Foundation

/// What a classifier's last layer hands out.
public enum ClassifierOutput: String, Hashable, Sendable, Codable {
  case logits
  /// A softmax stands behind the logits: losses read logarithms, as a second softmax would flatten every gradient.
  case probabilities

  /// The smallest probability whose logarithm is taken; below it the loss has a floor.
  static let leastProbability: Float = 1e-30

  /// Whether each row of `count` numbers is one of probabilities: none negative, the sum 1 within 10⁻³.
  public static func looksLikeProbabilities(_ outputs: [Float], count: Int) -> Bool {
    guard count > 1, !outputs.isEmpty, outputs.count.isMultiple(of: count) else { return false }
    return stride(from: 0, to: outputs.count, by: count).allSatisfy { start in
      let row = outputs[start..<(start + count)]
      return row.allSatisfy { $0 >= 0 && $0 <= 1.001 } && abs(row.reduce(0, +) - 1) < 1e-3
    }
  }
}
