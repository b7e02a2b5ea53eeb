import GinghamTensors

/// What keeps a model from being used as asked.
public enum ModelError: Error, Hashable, Sendable {
  case notFound(String, advice: String?)
  case contradiction(String)
  case nonFiniteWeights(name: String, count: Int, of: Int)
  /// The first input is not N×C×H×W.
  case notPictures([String])
  /// The input is a signal N×C×L where only pictures will do.
  case takesSignals([String])
  /// The input holds no pixel, or more than can be counted.
  case impossibleInput([String])
  case extraInput(String)
  /// Extents that a generator's input cannot have.
  case wrongLatents(input: String, declared: [String], asked: [Int])
  case wrongChannels(expected: Int, found: Int, path: String)
  /// A gradient or activation that holds infinities or NaN.
  case nonFiniteResult(what: String, count: Int, of: Int)
}

extension ModelError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .notFound(let path, let advice):
      "there is no file '\(path)'." + (advice.map { " " + $0 } ?? "")
    case .contradiction(let message): message
    case .nonFiniteWeights(let name, let count, let total):
      "the weights '\(name)' hold \(count) infinities or NaN among \(total) numbers; the file is damaged or its "
        + "training diverged"
    case .notPictures(let shape):
      "the network's first input is \(shape.joined(separator: "×")), not a picture N×C×H×W"
    case .takesSignals(let shape):
      "the network takes signals of \(shape.joined(separator: "×")); this is made for pictures: their crops, pixels in 0…1 "
        + "and distances mean nothing in sounds"
    case .impossibleInput(let shape):
      "the network's input is \(shape.joined(separator: "×")): no picture has this size"
    case .extraInput(let name):
      "the network also needs the input '\(name)'"
    case .wrongLatents(let input, let declared, let asked):
      "the input '\(input)' is \(declared.joined(separator: "×")): without the batch that is no "
        + asked.map(String.init).joined(separator: "×")
    case .wrongChannels(let expected, let found, let path):
      "'\(path)' has \(found) channels, the network takes \(expected)"
    case .nonFiniteResult(let what, let count, let total):
      "\(what) holds \(count) infinities or NaN among \(total) numbers, so nothing is drawn of it"
    }
  }
}

extension Tensor {
  /// - Throws: ``ModelError/nonFiniteResult(what:count:of:)``.
  package func requireFinite(_ what: String) throws {
    guard !isFinite else { return }
    throw ModelError.nonFiniteResult(what: what, count: scalars.count { !$0.isFinite }, of: count)
  }
}
