import GinghamLattices

/// One picture, or one sample of an array, as it is measured.
public struct PictureSample: Sendable {
  /// Which file, and which picture in it.
  public var place: SamplePlace
  /// At least one, all of one size.
  public var channels: [Plane]
  /// Whether it comes from an array, whose elements may have signs.
  public var isArray: Bool

  /// With the properties of the same names.
  public init(_ place: SamplePlace, channels: [Plane], isArray: Bool = false) {
    self.place = place
    self.channels = channels
    self.isArray = isArray
  }

  /// In pixels.
  public var height: Int { channels.first?.height ?? 0 }
  /// In pixels.
  public var width: Int { channels.first?.width ?? 0 }
}

/// Where a sample comes from.
public struct SamplePlace: Hashable, Sendable, Codable {
  /// The file, or what a picture in memory is called.
  public var path: String
  /// The sample of an array of several, from 0.
  public var index: Int?

  /// With the properties of the same names.
  public init(_ path: String, index: Int? = nil) {
    self.path = path
    self.index = index
  }

  /// What findings call it: with `[3]` behind the path for sample 3 of an array of several.
  public var name: String { index.map { "\(path)[\($0)]" } ?? path }
}
