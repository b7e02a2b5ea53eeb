/// Height and width in pixels.
public struct PictureSize: Hashable, Sendable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public var area: Int { height * width }
}

extension PictureSize: CustomStringConvertible {
  public var description: String { "\(height)×\(width)" }
}
