import GinghamTensors

/// Why an attack or a study cannot be run as asked.
public enum ProbingError: Error, Hashable, Sendable {
  case badEpsilon(text: String, why: String)
  /// Pictures live in 0…1.
  case pixelsOutOfRange(least: Float, largest: Float)
  case wrongCount(what: String, expected: Int, found: Int)
  case labelOutOfRange(label: Int, classes: Int)
  case wrongMask(expected: [Int], found: [Int])
  case emptyMask
  case tooFewClasses(attack: String, needed: Int, found: Int)
  /// The attack only looks for changes away from a class.
  case noTargetedForm(attack: String)
  /// The output is not a row of at least two numbers a picture.
  case notAClassifier(Shape)
  case nonFiniteOutput
  case badArgument(String)
}

extension ProbingError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .badEpsilon(let text, let why): "epsilon '\(text)' cannot be used: \(why)"
    case .pixelsOutOfRange(let least, let largest):
      "pictures must lie in 0…1, found \(least)…\(largest): mean and deviation belong to the model"
    case .wrongCount(let what, let expected, let found): "\(expected) \(what) are needed, \(found) were given"
    case .labelOutOfRange(let label, let classes):
      "label \(label) is out of range: the network has classes 0 to \(classes - 1)"
    case .wrongMask(let expected, let found):
      "a mask of \(found.map(String.init).joined(separator: "×")) does not fit pictures of "
        + expected.map(String.init).joined(separator: "×")
    case .emptyMask: "the mask leaves no pixel to change"
    case .tooFewClasses(let attack, let needed, let found):
      "\(attack) needs at least \(needed) classes, the network has \(found)"
    case .noTargetedForm(let attack): "\(attack) has no targeted form"
    case .notAClassifier(let shape):
      "the network's output is \(shape), not a row of classes a picture: there is no class to attack"
    case .nonFiniteOutput: "the network's output holds infinities or NaN"
    case .badArgument(let message): message
    }
  }
}
