import GinghamImaging

/// What figures are written as, beside PNG.
public enum FigureFormat: String, Hashable, Sendable, CaseIterable {
  case svg, pdf
}

extension RunFolder {
  /// Writes a figure as PNG, and under the same stem in every further format that was asked for (``figureFormats``).
  ///
  /// - Parameters:
  ///   - name: ends in `.png`.
  ///   - scale: pixels a unit of 1/96 inch, of the PNG.
  /// - Throws: ``ImageError``, ``FormatError/unwritable(path:reason:)``.
  public func write(_ name: String, figure: Figure, scale: Double = 2) throws {
    try write(name) { try figure.write(to: $0, scale: scale) }
    let stem = name.hasSuffix(".png") ? String(name.dropLast(4)) : name
    for format in FigureFormat.allCases where figureFormats.contains(format) {
      try write("\(stem).\(format.rawValue)") { try figure.write(to: $0) }
    }
  }
}
