import GinghamTensors

/// Why an operation cannot take its inputs. ``NetworkError/shape(node:operation:_:)`` adds which node it was.
public enum ShapeError: Error, Hashable, Sendable {
  case wrongRank(expected: Int, found: Int)
  case inputTooSmall(extent: Int, needed: Int)
  case mismatch(String)
  case badAttribute(String)
  /// A value of this shape would have more elements than any may.
  case tooLarge(Shape, ResourceLimitError)
  /// What is computed before the network runs takes more than one file may ask for.
  case limit(ResourceLimitError)
  /// The file fixes an extent that follows from its example input, and what it would be for another cannot be told.
  case fixedExtent(String, exported: Shape, found: Shape)
}

extension ShapeError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .wrongRank(let expected, let found): "expected \(expected) axes, found \(found)"
    case .inputTooSmall(let extent, let needed):
      "the input is too small: an extent of \(extent) where at least \(needed) is needed"
    case .mismatch(let message), .badAttribute(let message): message
    case .tooLarge(let shape, let error): "\(shape) would be \(error)"
    case .limit(let error): "\(error)"
    case .fixedExtent(let what, let exported, let found):
      "the file fixes \(what), made for \(exported); what it would be for \(found) cannot be told. Export with a "
        + "dynamic batch and size, or stay at the file's own."
    }
  }
}
