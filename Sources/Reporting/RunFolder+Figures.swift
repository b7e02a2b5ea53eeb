import GinghamImaging

/// What figures are written as, beside PNG.
public enum FigureFormat: String, Hashable, Sendable, CaseIterable {
  case svg, pdf
}

/// What the figures of a run are of, for a line below each.
public struct FigureSubject: Hashable, Sendable {
  /// The net; empty where there is none.
  public var net = ""
  /// The pictures, in a few words; empty where there are none.
  public var pictures = ""
  /// In place of ``pictures``, for the files in a folder inside the run's.
  public var folders: [String: String] = [:]

  /// Nothing.
  public init() {}

  /// - Parameter name: of a file inside the run's folder.
  func signature(of name: String) -> String {
    let folder = name.pathParts.dropLast().joined(separator: "/")
    return [net, folders[folder] ?? pictures].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}

extension RunFolder {
  /// Writes a figure, signed with what it is of (``FigureSubject``), as PNG, and under the same stem in every further format
  /// that was asked for (``figureFormats``).
  ///
  /// - Parameters:
  ///   - name: ends in `.png`.
  ///   - scale: pixels a unit of 1/96 inch, of the PNG.
  /// - Throws: ``ImageError``, ``FormatError/unwritable(path:reason:)``.
  public func write(_ name: String, figure: Figure, scale: Double = 2) throws {
    let figure = try figure.signed(figureSubject.signature(of: name))
    try write(name) { try figure.write(to: $0, scale: scale) }
    let stem = name.hasSuffix(".png") ? String(name.dropLast(4)) : name
    for format in FigureFormat.allCases where figureFormats.contains(format) {
      try write("\(stem).\(format.rawValue)") { try figure.write(to: $0) }
    }
  }
}
