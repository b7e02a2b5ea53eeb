/// Height and width of a picture or of a network's input, in pixels.
public struct PictureSize: Hashable, Sendable, Codable {
  /// In pixels.
  public var height: Int
  /// In pixels.
  public var width: Int

  /// With the properties of the same names.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) {
    self.init(height: side, width: side)
  }

  /// What a side may be: larger ones are slips of the keyboard.
  public static let sides = 1...(1 << 16)

  /// Reads `HEIGHTxWIDTH`, or `224` for a square; `nil` where the text is neither or a side is not one of ``sides``.
  public init?(parsing text: some StringProtocol) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let sides = parts as? [Int], (1...2).contains(sides.count), sides.allSatisfy(Self.sides.contains) else {
      return nil
    }
    self.init(height: sides[0], width: sides[sides.count - 1])
  }

  /// In pixels.
  public var area: Int { height * width }

  /// As ``init(parsing:)`` reads it.
  public var written: String { "\(height)x\(width)" }
}

extension PictureSize: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String { "\(height)×\(width)" }
}

/// By area, and by height where areas are equal: so that the largest of several is one whatever the order they came in.
extension PictureSize: Comparable {
  /// Whether the left size has less area, or stands lower with the same.
  public static func < (left: PictureSize, right: PictureSize) -> Bool {
    (left.area, left.height) < (right.area, right.height)
  }
}
