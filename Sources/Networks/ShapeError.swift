/// Why an operation cannot take its inputs. ``NetworkError/shape(node:operation:_:)`` adds which node it was.
public enum ShapeError: Error, Hashable, Sendable {
  case wrongRank(expected: Int, found: Int)
  case inputTooSmall(extent: Int, needed: Int)
  case mismatch(String)
  case badAttribute(String)
}

extension ShapeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongRank(let expected, let found): "expected \(expected) axes, found \(found)"
    case .inputTooSmall(let extent, let needed):
      "the input is too small: an extent of \(extent) where at least \(needed) is needed"
    case .mismatch(let message), .badAttribute(let message): message
    }
  }
}
