import GinghamReporting

/// What a run has found on one band of one lattice.
public struct StoredFigure: Encodable, Hashable, Sendable {
  /// Where in the findings it stands, such as `pooled` or `images chelsea.png lattice`.
  public var place: String
  /// In pixels, or samples.
  public var period: Int
  /// What ``value`` is: `cv2_corrected` and `cv2` of gradients, `share` of pictures' fine detail.
  public var quantity: String
  /// `nil` where the findings have none.
  public var value: Double?
  /// The layer that brings the band in, where it is known.
  public var layer: String?
  /// As the run judged it; `nil` where it did not.
  public var verdict: String?

  /// Whether it is of a single picture, layer or experiment rather than of all.
  var isOfOne: Bool

  private enum CodingKeys: String, CodingKey {
    case place, period, quantity, value, layer, verdict
  }

  /// Every band of every lattice in findings, in the order of their keys.
  static func figures(in findings: JSONValue) -> [StoredFigure] {
    var figures: [StoredFigure] = []
    collect(findings, place: [], isOfOne: false, into: &figures)
    return figures
  }

  private static func collect(
    _ value: JSONValue, place: [String], isOfOne: Bool, into figures: inout [StoredFigure]
  ) {
    switch value {
    case .object(let members):
      if case .array(let bands)? = members["bands"] {
        figures += bands.compactMap { StoredFigure(band: $0, place: place.joined(separator: " "), isOfOne: isOfOne) }
      }
      for (key, member) in members.sorted(by: { $0.key < $1.key }) where key != "bands" {
        collect(member, place: place + [key], isOfOne: isOfOne, into: &figures)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        collect(element, place: place + [name(of: element) ?? "\(index)"], isOfOne: true, into: &figures)
      }
    case .null, .boolean, .integer, .number, .string: break
    }
  }

  private static func name(of element: JSONValue) -> String? {
    guard case .object(let members) = element else { return nil }
    for key in ["path", "name", "layer"] {
      if case .string(let name)? = members[key] { return name }
    }
    return nil
  }

  private init?(band: JSONValue, place: String, isOfOne: Bool) {
    guard case .object(let members) = band, case .integer(let period)? = members["period"],
      let quantity = ["cv2_corrected", "cv2", "share"].first(where: { members[$0] != nil })
    else { return nil }
    (self.place, self.period, self.quantity, self.isOfOne) = (place, period, quantity, isOfOne)
    value = members[quantity]?.double
    layer = members["layer"]?.text
    verdict = members["verdict"]?.text
  }
}

extension JSONValue {
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .boolean, .string, .array, .object: nil
    }
  }

  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
