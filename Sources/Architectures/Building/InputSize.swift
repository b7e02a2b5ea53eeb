/// Height and width of a network's input in pixels.
public struct InputSize: Hashable, Sendable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) {
    self.init(height: side, width: side)
  }

  /// Reads `224` or `HEIGHTxWIDTH`; `nil` where the text is neither.
  public init?(_ text: some StringProtocol) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    switch (sides.first ?? nil, sides.last ?? nil, sides.count) {
    case (let side?, _, 1) where side > 0: self.init(side)
    case (let height?, let width?, 2) where height > 0 && width > 0: self.init(height: height, width: width)
    default: return nil
    }
  }
}

extension InputSize: CustomStringConvertible {
  public var description: String { "\(height)x\(width)" }
}
