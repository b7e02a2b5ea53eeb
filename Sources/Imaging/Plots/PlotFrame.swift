import Foundation

/// A sample of ink beside a name.
struct LegendEntry: Sendable {
  enum Sample: Sendable {
    case line(dashes: [Double]), point, box, ring
  }
  let name: String
  let ink: Ink
  let sample: Sample
}

/// Everything around the data: title, axes with ticks and labels, legend. The data's area has a fixed size and the
/// margins grow until all texts fit, so nothing is clipped and nothing overlaps.
struct PlotFrame: Sendable {
  /// The data's area.
  let area: Rectangle
  let size: (width: Double, height: Double)
  let x: AxisScale
  let y: AxisScale

  private let titleLines: [String]
  private let xTicks: Ticks
  private let yTicks: Ticks
  private let xLabel: [String]
  private let yLabel: [String]
  private let legend: [(entry: LegendEntry, lines: [String])]
  private let flags: [(text: String, x: Double, row: Int, ink: Ink)]
  private let note: String
  private let showsGrid: Bool

  static let margin = 16.0
  private static let gap = 7.0
  private static let legendWidth = 180.0
  private static let swatch = 22.0
  private static let titleHeight = Typeface.title.size * Typeface.lineHeight
  private static let labelHeight = Typeface.label.size * Typeface.lineHeight
  private static let tickHeight = Typeface.tick.size * Typeface.lineHeight
  private static let noteHeight = Typeface.note.size * Typeface.lineHeight

  /// - Parameters:
  ///   - flags: texts above the area, each over a value of the horizontal axis.
  ///   - roomAtLeft: space between area and vertical axis label for what the caller draws there.
  ///   - roomAtRight: space between area and legend, likewise.
  init(
    _ canvas: Canvas, title: String, plotSize: (width: Double, height: Double), x: AxisScale, y: AxisScale,
    legend entries: [LegendEntry] = [], flags: [(text: String, value: Double, ink: Ink)] = [], note: String = "",
    roomAtLeft: Double = 0, roomAtRight: Double = 0, showsGrid: Bool = true
  ) {
    (self.x, self.y, self.note, self.showsGrid) = (x, y, note, showsGrid)
    xTicks = Self.fittingTicks(canvas, x, width: plotSize.width)
    yTicks = y.ticks(count: max(2, Int(plotSize.height / 36)))
    xLabel = Self.labelLines(canvas, x.axis.label, xTicks, width: plotSize.width)
    yLabel = Self.labelLines(canvas, y.axis.label, yTicks, width: plotSize.height)

    legend = entries.map { ($0, canvas.lines(of: $0.name, .tick, width: Self.legendWidth)) }
    let legendText = legend.flatMap(\.lines).map { canvas.size(of: $0, .tick).width }.max() ?? 0
    let legendBlock = legend.isEmpty ? 0 : 2 * Self.gap + Self.swatch + Self.gap + legendText

    let yTickWidth = yTicks.labels.map { canvas.size(of: $0, .tick).width }.max() ?? 0
    let left = Self.margin + Double(yLabel.count) * Self.labelHeight + Self.gap + yTickWidth + Self.gap + roomAtLeft
    let halfLabel = (xTicks.labels.last.map { canvas.size(of: $0, .tick).width } ?? 0) / 2
    let right = max(roomAtRight + legendBlock, halfLabel) + Self.margin

    var placed: [(text: String, x: Double, row: Int, ink: Ink)] = []
    var occupied: [[ClosedRange<Double>]] = []
    for flag in flags.sorted(by: { $0.value < $1.value }) {
      guard let position = x.position(of: flag.value), (0...1).contains(position) else { continue }
      let half = canvas.size(of: flag.text, .note).width / 2
      let centre = min(max(position * plotSize.width, half - left + 4), plotSize.width + right - half - 4)
      let span = (centre - half - 4)...(centre + half + 4)
      let row = occupied.firstIndex { $0.allSatisfy { !$0.overlaps(span) } } ?? occupied.count
      if row == occupied.count { occupied.append([]) }
      occupied[row].append(span)
      placed.append((flag.text, centre, row, flag.ink))
    }

    let width = left + plotSize.width + right
    titleLines = title.isEmpty ? [] : canvas.lines(of: title, .title, width: width - 2 * Self.margin)
    let titleBlock = titleLines.isEmpty ? 0 : Double(titleLines.count) * Self.titleHeight + 1.5 * Self.gap
    let top = Self.margin + titleBlock + Double(occupied.count) * (Self.noteHeight + 2) + (occupied.isEmpty ? 0 : 3)
    let bottom =
      2 * Self.gap + Self.tickHeight + Double(xLabel.count) * Self.labelHeight
      + (note.isEmpty ? 0 : Self.noteHeight + Self.gap) + Self.margin
    let legendHeight = legend.reduce(0) { $0 + Double($1.lines.count) * Self.tickHeight + Self.gap }
    area = Rectangle(x: left, y: top, width: plotSize.width, height: plotSize.height)
    self.flags = placed.map { ($0.text, left + $0.x, $0.row, $0.ink) }
    size = (width, top + max(plotSize.height + bottom, legendHeight + Self.margin))
    legendLeft = area.right + roomAtRight + 2 * Self.gap
  }

  private let legendLeft: Double

  /// Where a pair of values stands on the figure; `nil` where an axis has no place for it.
  func point(_ xValue: Double, _ yValue: Double) -> Point? {
    guard let across = x.position(of: xValue), let up = y.position(of: yValue) else { return nil }
    return Point(x: area.x + across * area.width, y: area.bottom - up * area.height)
  }

  /// Grid, axes, title, legend: what lies beneath the data.
  func draw(on canvas: Canvas) {
    drawTitle(on: canvas)
    drawHorizontalAxis(on: canvas)
    drawVerticalAxis(on: canvas)
    drawLegend(on: canvas)
    for flag in flags {
      let foot = area.y - 3 - Double(flag.row) * (Self.noteHeight + 2)
      canvas.text(flag.text, at: Point(x: flag.x, y: foot), .note, flag.ink, anchor: .bottom)
    }
    if !note.isEmpty {
      let foot = area.bottom + 3 * Self.gap + Self.tickHeight + Double(xLabel.count) * Self.labelHeight
      canvas.text(note, at: Point(x: area.x, y: foot), .note, .faintText)
    }
  }

  private func drawTitle(on canvas: Canvas) {
    for (index, line) in titleLines.enumerated() {
      canvas.text(line, at: Point(x: Self.margin, y: Self.margin + Double(index) * Self.titleHeight), .title)
    }
  }

  private func drawHorizontalAxis(on canvas: Canvas) {
    for (value, label) in zip(xTicks.values, xTicks.labels) {
      guard let position = x.position(of: value) else { continue }
      let at = area.x + position * area.width
      if showsGrid { canvas.line([Point(x: at, y: area.y), Point(x: at, y: area.bottom)], .grid, width: 1) }
      canvas.line([Point(x: at, y: area.bottom), Point(x: at, y: area.bottom + 4)], .axis, width: 1)
      canvas.text(label, at: Point(x: at, y: area.bottom + Self.gap), .tick, .axis, anchor: .top)
    }
    for value in xTicks.minor {
      guard let position = x.position(of: value) else { continue }
      let at = area.x + position * area.width
      canvas.line([Point(x: at, y: area.bottom), Point(x: at, y: area.bottom + 2.5)], .axis, width: 0.7)
    }
    canvas.line([Point(x: area.x, y: area.bottom), Point(x: area.right, y: area.bottom)], .axis, width: 1)
    for (index, line) in xLabel.enumerated() {
      let top = area.bottom + 2 * Self.gap + Self.tickHeight + Double(index) * Self.labelHeight
      canvas.text(line, at: Point(x: area.x + area.width / 2, y: top), .label, anchor: .top)
    }
  }

  private func drawVerticalAxis(on canvas: Canvas) {
    for (value, label) in zip(yTicks.values, yTicks.labels) {
      guard let position = y.position(of: value) else { continue }
      let at = area.bottom - position * area.height
      if showsGrid { canvas.line([Point(x: area.x, y: at), Point(x: area.right, y: at)], .grid, width: 1) }
      canvas.line([Point(x: area.x - 4, y: at), Point(x: area.x, y: at)], .axis, width: 1)
      canvas.text(label, at: Point(x: area.x - Self.gap, y: at), .tick, .axis, anchor: .right)
    }
    for value in yTicks.minor {
      guard let position = y.position(of: value) else { continue }
      let at = area.bottom - position * area.height
      canvas.line([Point(x: area.x - 2.5, y: at), Point(x: area.x, y: at)], .axis, width: 0.7)
    }
    canvas.line([Point(x: area.x, y: area.y), Point(x: area.x, y: area.bottom)], .axis, width: 1)
    for (index, line) in yLabel.enumerated() {
      let at = Point(x: Self.margin + Double(index) * Self.labelHeight, y: area.y + area.height / 2)
      canvas.text(line, at: at, .label, anchor: .top, angle: -.pi / 2)
    }
  }

  private func drawLegend(on canvas: Canvas) {
    var top = area.y
    for (entry, lines) in legend {
      let middle = top + Self.tickHeight / 2
      let centre = Point(x: legendLeft + Self.swatch / 2, y: middle)
      switch entry.sample {
      case .line(let dashes):
        let ends = [Point(x: legendLeft, y: middle), Point(x: legendLeft + Self.swatch, y: middle)]
        canvas.line(ends, entry.ink, width: 2, dashes: dashes)
      case .point: canvas.disc(at: centre, radius: 4, entry.ink)
      case .ring:
        // As on the picture: a light ring shows on paper by its dark edge only.
        canvas.ring(at: centre, radius: 5, Ink(0x000000, opacity: 0.55), width: 3.2)
        canvas.ring(at: centre, radius: 5, entry.ink, width: 1.6)
      case .box: canvas.fill(Rectangle(x: legendLeft + 4, y: middle - 5, width: 14, height: 10), entry.ink)
      }
      for (index, line) in lines.enumerated() {
        let at = Point(x: legendLeft + Self.swatch + Self.gap, y: top + Double(index) * Self.tickHeight)
        canvas.text(line, at: at, .tick)
      }
      top += Double(lines.count) * Self.tickHeight + Self.gap
    }
  }

  /// The most ticks whose texts keep apart.
  private static func fittingTicks(_ canvas: Canvas, _ scale: AxisScale, width: Double) -> Ticks {
    for count in stride(from: max(2, Int(width / 55)), through: 2, by: -1) {
      let ticks = scale.ticks(count: count)
      if !collide(canvas, ticks, scale, width: width) { return ticks }
    }
    var ticks = scale.ticks(count: 1)
    while ticks.values.count > 1, collide(canvas, ticks, scale, width: width) {
      let kept = stride(from: 0, to: ticks.values.count, by: 2)
      ticks.labels = kept.map { ticks.labels[$0] }
      ticks.values = kept.map { ticks.values[$0] }
    }
    return ticks
  }

  private static func collide(_ canvas: Canvas, _ ticks: Ticks, _ scale: AxisScale, width: Double) -> Bool {
    let spans = zip(ticks.values, ticks.labels).compactMap { value, label in
      scale.position(of: value).map { ($0 * width, canvas.size(of: label, .tick).width / 2 + 3) }
    }.sorted { $0.0 < $1.0 }
    return zip(spans, spans.dropFirst()).contains { $0.0 + $0.1 > $1.0 - $1.1 }
  }

  private static func labelLines(_ canvas: Canvas, _ label: String, _ ticks: Ticks, width: Double) -> [String] {
    let factor = ticks.exponent == 0 ? "" : "×\(NumberText.powerOfTen(ticks.exponent))"
    let text = [label, factor].filter { !$0.isEmpty }.joined(separator: "  ")
    return text.isEmpty ? [] : canvas.lines(of: text, .label, width: width)
  }
}
