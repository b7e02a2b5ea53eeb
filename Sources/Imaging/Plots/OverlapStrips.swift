/// How often each position of a layer is reached, layer by layer: one strip of cells a layer, darker where it is
/// reached more often, after the figures of Odena, Dumoulin & Olah (2016). A strip with negative values is in two colours
/// that meet at zero.
public struct OverlapStrips: Sendable {
  /// A line of cells.
  public struct Strip: Sendable {
    /// Beside the strip.
    public var name: String
    /// How often each position is painted, or the taps of a kernel.
    public var counts: [Double]

    /// With the properties of the same names.
    public init(_ name: String, counts: [Double]) {
      self.name = name
      self.counts = counts
    }
  }

  /// Above the figure.
  public var title: String
  /// From top to bottom.
  public var strips: [Strip]
  /// In units of 1/96 inch.
  public var width: Double

  /// - Parameter width: of the longest strip, in units of 1/96 inch.
  public init(_ title: String, strips: [Strip], width: Double = 560) {
    self.title = title
    self.strips = strips
    self.width = width
  }

  private static let cellHeight = 30.0
  private static let gap = 14.0
  private static let nameWidth = 190.0

  /// - Throws: ``ImageError/nonFinite(what:count:total:)`` where a count is NaN or infinite,
  ///   ``ImageError/undrawable(_:)`` where there is nothing to draw.
  public func figure() throws -> Figure {
    let longest = strips.map(\.counts.count).max() ?? 0
    guard longest > 0 else { throw ImageError.undrawable("there are no overlap counts to draw") }
    let broken = strips.flatMap(\.counts).filter { !$0.isFinite }.count
    if broken > 0 {
      let total = strips.reduce(0) { $0 + $1.counts.count }
      throw ImageError.nonFinite(what: "the overlap counts", count: broken, total: total)
    }
    let margin = PlotFrame.margin
    return try Figure { canvas in
      let names = strips.map { canvas.lines(of: $0.name, .tick, width: Self.nameWidth) }
      let nameWidth = names.joined().map { canvas.size(of: $0, .tick).width }.max() ?? 0
      let lineHeight = Typeface.tick.size * Typeface.lineHeight
      let heights = names.map { max(Self.cellHeight, Double($0.count) * lineHeight) + Self.gap }
      let total = margin + nameWidth + 12 + width + margin
      let titleLines = title.isEmpty ? [] : canvas.lines(of: title, .title, width: total - 2 * margin)
      let titleHeight = Typeface.title.size * Typeface.lineHeight
      let top = margin + Double(titleLines.count) * titleHeight + (titleLines.isEmpty ? 0 : 12)
      let cell = width / Double(longest)
      return (
        total, top + heights.reduce(0, +) - Self.gap + margin,
        { canvas in
          for (index, line) in titleLines.enumerated() {
            canvas.text(line, at: Point(x: margin, y: margin + Double(index) * titleHeight), .title)
          }
          var y = top
          for (index, strip) in strips.enumerated() {
            let middle = y + (heights[index] - Self.gap) / 2
            for (row, line) in names[index].enumerated() {
              let at = middle + (Double(row) - Double(names[index].count - 1) / 2) * lineHeight
              canvas.text(line, at: Point(x: margin + nameWidth, y: at), .tick, anchor: .right)
            }
            let box = Rectangle(
              x: margin + nameWidth + 12, y: middle - Self.cellHeight / 2, width: cell * Double(strip.counts.count),
              height: Self.cellHeight)
            Self.draw(strip, in: box, on: canvas)
            y += heights[index]
          }
        }
      )
    }
  }

  private static func draw(_ strip: Strip, in box: Rectangle, on canvas: Canvas) {
    let largest = max(strip.counts.lazy.map(abs).max() ?? 0, .leastNonzeroMagnitude)
    let isSigned = strip.counts.contains { $0 < 0 }
    let cell = box.width / Double(max(strip.counts.count, 1))
    let texts = strip.counts.map(NumberText.short)
    let fits = texts.allSatisfy { canvas.size(of: $0, .note).width <= cell - 4 }
    for (index, count) in strip.counts.enumerated() {
      let share = abs(count) / largest
      let colour =
        isSigned ? ColourMap.diverging.colour(at: 0.5 + count / largest / 2) : ColourMap.blues.colour(at: share)
      let square = Rectangle(x: box.x + Double(index) * cell, y: box.y, width: cell, height: box.height)
      canvas.fill(square, Ink(colour))
      if cell >= 6 { canvas.frame(square, .paper, width: 1) }
      if fits {
        let centre = Point(x: square.x + cell / 2, y: square.y + square.height / 2)
        canvas.text(texts[index], at: centre, .note, share > 0.55 ? .paper : .text, anchor: .centre)
      }
    }
    canvas.frame(box, .axis, width: 0.8)
  }
}
