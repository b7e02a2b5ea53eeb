import GinghamTensors

/// A scalar a picture, made from the activations of named layers. Always maximised.
public protocol Objective: Sendable {
  /// The layers it reads, by name; `output` is the network's output.
  var layers: [String] { get }

  /// The channels it reads, by layer; a layer that is not listed is read whole.
  var channelsRead: [String: Range<Int>] { get }

  /// One value a picture of the batch, and the derivative of each picture's value by its activations.
  ///
  /// - Parameters:
  ///   - activations: one tensor a layer, N first.
  ///   - cotangents: one tensor a layer, of the activations' shapes and filled with zeros; what the objective has to
  ///     say is *added*, so that objectives compose.
  ///   - weight: factor on value and derivative.
  /// - Throws: ``ObjectiveError`` where a channel or position lies outside the layer.
  func evaluate(_ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float) throws -> [Float]

  /// The objective with every choice that depends on the picture made for these activations: `top` becomes the class
  /// that each picture of the batch is taken for.
  func settled(by activations: [Tensor]) -> any Objective
}

extension Objective {
  /// Channels of each layer that count; plans leave the others out.
  public var channelsRead: [String: Range<Int>] { [:] }

  /// With every choice made that depends on the activations.
  public func settled(by activations: [Tensor]) -> any Objective { self }
}

/// What is wrong with an objective for the network at hand.
public enum ObjectiveError: Error, Hashable, Sendable {
  case channelOutOfRange(channel: Int, layer: String, count: Int)
  case positionOutOfRange(y: Int, x: Int, layer: String, height: Int, width: Int)
  case classOutOfRange(index: Int, count: Int)
  case notSpatial(layer: String, shape: Shape)
  /// A layer whose positions are no rows and columns, as those of tokens, where a map is to be drawn or measured.
  case noRows(layer: String, shape: Shape)
  /// The network's output is neither a row of classes nor a map a class, nor known to be read as such.
  case noClasses(Shape)
  case wrongDirection(layer: String, expected: Int, found: Int)
  case syntax(text: String, reason: String)
  case unknownClass(name: String, nearest: [String])
}

extension ObjectiveError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .channelOutOfRange(let channel, let layer, let count):
      "channel \(channel) is out of range: layer '\(layer)' has channels 0 to \(count - 1)"
    case .positionOutOfRange(let y, let x, let layer, let height, let width):
      "position \(y),\(x) is out of range: layer '\(layer)' is \(height)×\(width)"
    case .classOutOfRange(let index, let count):
      "class \(index) is out of range: the network has classes 0 to \(count - 1)"
    case .notSpatial(let layer, let shape):
      "layer '\(layer)' has the shape \(shape), and the operators in front of it do not tell its channels from its "
        + "positions: this objective needs channels (N×C, N×C×H×W, tokens N×T×C). layer:\(layer) needs none"
    case .noRows(let layer, let shape):
      "layer '\(layer)' has the shape \(shape): its positions are no rows and columns, as those of N×C×H×W are"
    case .noClasses(let shape):
      "the output has the shape \(shape), and the operators in front of it do not tell its classes from its positions. Name "
        + "a layer, as in channel:LAYER:3, or mean another output"
    case .wrongDirection(let layer, let expected, let found):
      "a direction in layer '\(layer)' needs \(expected) numbers, found \(found)"
    case .syntax(let text, let reason): "cannot read the objective '\(text)': \(reason)"
    case .unknownClass(let name, let nearest):
      "there is no class '\(name)'."
        + (nearest.isEmpty ? "" : " Nearest: \(nearest.map { "'\($0)'" }.joined(separator: ", ")).")
    }
  }
}

extension Range<Int> {
  /// One channel. A number that no layer has stays one that no layer has.
  static func only(_ channel: Int) -> Range<Int> {
    let first = Swift.min(channel, .max - 1)
    return first..<(first + 1)
  }
}
