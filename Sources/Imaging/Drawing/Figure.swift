import CCairo

/// A drawing that becomes a PNG or an SVG, the same strokes in both.
public struct Figure: Sendable {
  /// In units of 1/96 inch.
  public let width: Double
  /// In units of 1/96 inch.
  public let height: Double
  let draw: @Sendable (Canvas) -> Void

  /// A figure as large as `layout` finds necessary once it can measure its texts; it returns what to draw.
  init(_ layout: (Canvas) -> (width: Double, height: Double, draw: @Sendable (Canvas) -> Void)) throws {
    guard let surface = CairoSurface(width: 1, height: 1) else {
      throw ImageError.undrawable("no memory to draw a figure")
    }
    var result: (width: Double, height: Double, draw: @Sendable (Canvas) -> Void)?
    surface.draw(scale: 1) { result = layout($0) }
    guard let result else { throw ImageError.undrawable("no memory to draw a figure") }
    width = result.width.rounded(.up)
    height = result.height.rounded(.up)
    draw = result.draw
  }

  /// The figure as pixels, `scale` of them a unit; 2 is sharp on dense screens and in print.
  ///
  /// - Throws: ``ImageError/undrawable(_:)`` where the figure would have more than 32,767 pixels a side.
  public func picture(scale: Double = 2) throws -> Picture {
    let pixels = try pixels(scale: scale)
    return Picture(unchecked: pixels.samples.planes(of: pixels.bytes))
  }

  private func pixels(scale: Double) throws -> (samples: InterleavedSamples, bytes: [UInt8]) {
    let (columns, rows) = (width * scale, height * scale)
    guard scale > 0, columns >= 1, rows >= 1, columns <= 32767, rows <= 32767,
      let surface = CairoSurface(width: Int(columns.rounded()), height: Int(rows.rounded()))
    else {
      throw ImageError.undrawable("a figure of \(rows)×\(columns) pixels cannot be drawn")
    }
    surface.draw(scale: scale, drawOnPaper)
    guard let pixels = surface.pixels else {
      throw ImageError.undrawable("the figure could not be drawn")
    }
    return pixels
  }

  /// Figures side by side, their upper edges in a line.
  ///
  /// - Parameter gap: between two, in units of 1/96 inch.
  public static func row(_ figures: [Figure], gap: Double = 8) throws -> Figure {
    try Figure { _ in
      var places: [Point] = []
      var right = 0.0
      for figure in figures {
        places.append(Point(x: right, y: 0))
        right += figure.width + gap
      }
      let shifts = places
      return (
        max(right - gap, 1), figures.map(\.height).max() ?? 1,
        { canvas in
          for (figure, place) in zip(figures, shifts) { canvas.shifted(by: place) { figure.draw(canvas) } }
        }
      )
    }
  }

  /// The same with a line of small print below, such as what it is of; broken where it is wider than the figure.
  public func signed(_ text: String) throws -> Figure {
    guard !text.isEmpty else { return self }
    return try Figure { canvas in
      let (margin, pitch) = (PlotFrame.margin, Typeface.note.size * Typeface.lineHeight)
      let lines = canvas.lines(of: text, .note, width: max(width - 2 * margin, 1))
      return (
        width, height + Double(lines.count) * pitch + margin / 2,
        { canvas in
          draw(canvas)
          for (row, line) in lines.enumerated() {
            canvas.text(line, at: Point(x: margin, y: height + Double(row) * pitch - margin / 4), .note, .faintText)
          }
        }
      )
    }
  }

  /// The figure as an SVG document. Letters are outlines, so it looks the same without the fonts.
  public func svg() throws -> [UInt8] {
    guard
      let bytes = CairoSurface.document(.svg, width: width, height: height, { $0.draw(scale: 1, drawOnPaper) })
    else {
      throw ImageError.undrawable("the figure could not be drawn as SVG")
    }
    return SVGIdentifiers.renumbered(bytes)
  }

  /// The figure as a PDF document of one page, of the figure's size.
  ///
  /// - Throws: ``ImageError/undrawable(_:)``.
  public func pdf() throws -> [UInt8] {
    guard
      let bytes = CairoSurface.document(.pdf, width: width, height: height, { $0.draw(scale: 0.75, drawOnPaper) })
    else {
      throw ImageError.undrawable("the figure could not be drawn as PDF")
    }
    return bytes
  }

  /// Writes the figure: as SVG where the name ends in `.svg`, as PDF where it ends in `.pdf`, otherwise as PNG.
  ///
  /// - Parameter scale: pixels a unit of 1/96 inch, of a PNG.
  /// - Throws: ``ImageError/undrawable(_:)``, ``FormatError/unwritable(path:reason:)``.
  public func write(to path: String, scale: Double = 2) throws {
    if path.lowercased().hasSuffix(".svg") {
      try FileBytes.replaceContents(of: path, with: svg())
    } else if path.lowercased().hasSuffix(".pdf") {
      try FileBytes.replaceContents(of: path, with: pdf())
    } else {
      let pixels = try pixels(scale: scale)
      try FileBytes.replaceContents(
        of: path, with: PNGEncoder(pixels.samples, filter: .none, path: path).encode(pixels.bytes))
    }
  }

  /// Every text of the figure and the box it stands in.
  func textBoxes() -> [(text: String, box: Rectangle)] {
    var boxes: [(text: String, box: Rectangle)] = []
    CairoSurface(width: 1, height: 1)?.draw(scale: 1) { canvas in
      draw(canvas)
      boxes = canvas.textBoxes
    }
    return boxes
  }

  @Sendable private func drawOnPaper(_ canvas: Canvas) {
    canvas.fill(Rectangle(x: 0, y: 0, width: width, height: height), .paper)
    draw(canvas)
  }
}
