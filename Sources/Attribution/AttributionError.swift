/// Why a method cannot be applied to a picture.
public enum AttributionError: Error, Hashable, Sendable {
  /// A lattice or a shift that does not fit into the picture.
  case shiftTooLarge(Int, height: Int, width: Int)
  case badArgument(String)
  /// A layer whose backward pass is even as it is: it has no stride, or its stride divides its kernel.
  case nothingToSmooth(layer: String, uneven: [String])
}

extension AttributionError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .shiftTooLarge(let period, let height, let width):
      "shifts over \(period) pixels do not fit into a picture of \(height)×\(width); choose at most "
        + "\(height == 1 ? width : min(height, width))"
    case .badArgument(let message): message
    case .nothingToSmooth(let layer, let uneven):
      "layer '\(layer)' reads its input evenly already, so there is nothing to smooth. "
        + (uneven.isEmpty
          ? "No layer on the way to the target reads unevenly."
          : "Uneven are \(uneven.map { "'\($0)'" }.joined(separator: ", ")).")
    }
  }
}
