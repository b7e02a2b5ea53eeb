/// What makes the outcome of an attack doubtful, or the labels (after the flags of AutoAttack, Croce & Hein 2020).
public struct ProbingWarning: Hashable, Sendable, Encodable {
  /// What may make an attack's failure look like robustness.
  public enum Kind: String, Hashable, Sendable, Codable {
    case zeroGradients = "zero_gradients"
    case probabilities
    case nondeterminism
    case fewClasses = "few_classes"
    case classOrder = "class_order"
  }

  /// What was seen.
  public var kind: Kind
  /// In words, with its figures.
  public var message: String
}

extension ProbingWarning {
  /// What a look at clean pictures tells before any attack.
  ///
  /// - Parameters:
  ///   - outputs: two runs of the network on the same pictures.
  ///   - silent: pictures at which the loss has no gradient at all.
  ///   - labels: one a picture; `nil` where they are the network's own.
  public static func inspect(
    outputs: RepeatedOutputs, silent: Int, predictions: [Int], labels: [Int]?
  ) -> [ProbingWarning] {
    let classes = outputs.classes
    var warnings: [ProbingWarning] = []
    if outputs.lookLikeProbabilities {
      warnings.append(
        ProbingWarning(
          kind: .probabilities,
          message: "the outputs look like probabilities: losses take their logarithms instead of a second softmax"))
    }
    if outputs.differing > 0 {
      warnings.append(
        ProbingWarning(
          kind: .nondeterminism,
          message: "two runs on the same pictures differ in \(outputs.differing) of \(outputs.count) outputs: attacks "
            + "on networks that draw random numbers need averages over many runs"))
    }
    if classes < 4 {
      warnings.append(
        ProbingWarning(
          kind: .fewClasses,
          message: "the network has \(classes) classes: the DLR loss needs 3, and with so few every noise turns some"))
    }
    if silent > 0 {
      warnings.append(
        ProbingWarning(
          kind: .zeroGradients,
          message: "the loss has no gradient at \(silent) of \(predictions.count) pictures: gradient attacks are blind "
            + "there, and their failure says nothing"))
    }
    if let labels, let doubt = classOrder(predictions: predictions, labels: labels, classes: classes) {
      warnings.append(doubt)
    }
    return warnings
  }

  /// Labels that clearly count classes another way: nearly all off by one and the same number, or hardly any right
  /// where a trained network is right far more often than chance.
  static func classOrder(predictions: [Int], labels: [Int], classes: Int) -> ProbingWarning? {
    guard labels.count >= 4 else { return nil }
    let right = zip(predictions, labels).count { $0 == $1 }
    let offsets = Dictionary(grouping: zip(predictions, labels).map { $0 - $1 }.filter { $0 != 0 }) { $0 }
    let common = offsets.max { ($0.value.count, -abs($0.key)) < ($1.value.count, -abs($1.key)) }
    if let common, 2 * common.value.count >= labels.count, common.value.count > right, common.value.count >= 3,
      Set(labels).count > 2
    {
      return ProbingWarning(
        kind: .classOrder,
        message: "\(common.value.count) of \(labels.count) predictions are the label \(signed(common.key)): the labels "
          + "seem to count classes from another start")
    }
    guard classes >= 10, Double(right) <= 0.1 * Double(labels.count), Set(labels).count > 2 else { return nil }
    return ProbingWarning(
      kind: .classOrder,
      message: "only \(right) of \(labels.count) labels agree with the network: it may use another class order, other "
        + "preprocessing (mean, deviation, size of the input), or no trained weights")
  }

  private static func signed(_ offset: Int) -> String { offset > 0 ? "plus \(offset)" : "minus \(-offset)" }
}
