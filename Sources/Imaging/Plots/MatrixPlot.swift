import GinghamTensors

/// A field of values as coloured squares, with a colour bar and, where asked for, marked places.
public struct MatrixPlot: Sendable {
  /// A ring around one place, in the units of the axes.
  public struct Mark: Hashable, Sendable {
    /// In the units of the horizontal axis.
    public var x: Double
    /// In the units of the vertical axis.
    public var y: Double
    /// Marks of one name share a colour and a line in the legend.
    public var name: String

    /// With the properties of the same names.
    public init(x: Double, y: Double, name: String) {
      self.x = x
      self.y = y
      self.name = name
    }
  }

  /// Above the figure.
  public var title: String
  /// H×W; the first row is drawn at the top.
  public var values: Tensor
  /// From the least to the largest value.
  public var colourMap: ColourMap
  /// What the ends of the colour bar stand for; `nil`: the least and the largest value.
  public var range: ClosedRange<Double>?
  /// Beside the colour bar, with the unit.
  public var barLabel: String
  /// From the left edge of the first column to the right edge of the last.
  public var x: Axis
  /// From the bottom edge of the last row to the top edge of the first; without a range, and where reversed, the other
  /// way.
  public var y: Axis
  /// Rings around places.
  public var marks: [Mark]
  /// The longer side of the picture in units of 1/96 inch.
  public var side: Double

  /// With the properties of the same names.
  public init(
    _ title: String, values: Tensor, colourMap: ColourMap = .sequential, range: ClosedRange<Double>? = nil,
    barLabel: String = "", x: Axis = Axis("column (px)"), y: Axis = Axis("row (px)"), marks: [Mark] = [],
    side: Double = 340
  ) {
    self.title = title
    self.values = values
    self.colourMap = colourMap
    self.range = range
    self.barLabel = barLabel
    self.x = x
    self.y = y
    self.marks = marks
    self.side = side
  }

  /// - Throws: ``ImageError/undrawable(_:)`` where the values are not H×W,
  ///   ``ImageError/nonFinite(what:count:total:)`` where one is NaN or infinite.
  public func figure() throws -> Figure {
    guard values.shape.rank == 2, values.count > 0 else {
      throw ImageError.undrawable("a field of values is H×W, not \(values.shape)")
    }
    try values.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the plotted field") }
    let (height, width) = (Double(values.shape[0]), Double(values.shape[1]))
    let unit = side / max(height, width)
    let size = (width: max(width * unit, 60), height: max(height * unit, 60))
    var (across, up) = (x, y)
    // Without ranges the axes count pixels, rows downwards.
    across.range = x.range ?? 0...width
    up.range = y.range ?? 0...height
    up.isReversed = y.isReversed || y.range == nil
    let names = marks.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let colours = ends
    let picture = picture(over: colours)
    let bar = AxisScale(Axis(barLabel, range: colours), showing: [])
    let barTicks = bar.ticks(count: max(2, Int(size.height / 40)))

    return try Figure { canvas in
      let xScale = AxisScale(across, showing: [])
      let yScale = AxisScale(up, showing: [])
      let tickWidth = barTicks.labels.map { canvas.size(of: $0, .tick).width }.max() ?? 0
      let factor = barTicks.exponent == 0 ? "" : "  ×\(NumberText.powerOfTen(barTicks.exponent))"
      let caption = (barLabel + factor).isEmpty ? [] : canvas.lines(of: barLabel + factor, .label, width: size.height)
      let lineHeight = Typeface.label.size * Typeface.lineHeight
      let room = 14 + 14 + 6 + tickWidth + (caption.isEmpty ? 0 : 8 + Double(caption.count) * lineHeight)
      let legend = names.enumerated().map { LegendEntry(name: $1, ink: Self.markInk($0), sample: .ring) }
      let frame = PlotFrame(
        canvas, title: title, plotSize: size, x: xScale, y: yScale, legend: legend, roomAtRight: room,
        showsGrid: false)
      return (
        frame.size.width, frame.size.height,
        { canvas in
          frame.draw(on: canvas)
          canvas.image(picture, in: frame.area)
          canvas.frame(frame.area, .axis)
          drawMarks(on: canvas, frame, names)
          drawBar(on: canvas, beside: frame.area, bar, barTicks, caption)
        }
      )
    }
  }

  private static func markInk(_ index: Int) -> Ink {
    [Ink(0x2AD4FF), Ink(0x5CFF8F), Ink(0xFFFFFF), Ink(0xFF6FB5), Ink(0xFFD23F)][index % 5]
  }

  private var ends: ClosedRange<Double> {
    if let range, range.lowerBound < range.upperBound { return range }
    let least = Double(values.scalars.min() ?? 0)
    let most = Double(values.scalars.max() ?? 0)
    return least < most ? least...most : (least - 0.5)...(least + 0.5)
  }

  private func picture(over ends: ClosedRange<Double>) -> Picture {
    let area = values.count
    return values.withUnsafeBufferPointer { source in
      Picture(
        unchecked: Tensor([3, values.shape[0], values.shape[1]]) { target in
          for pixel in 0..<area {
            let position = (Double(source[pixel]) - ends.lowerBound) / (ends.upperBound - ends.lowerBound)
            let colour = colourMap.colour(at: position)
            for channel in 0..<3 { target[channel * area + pixel] = Float(colour[channel]) }
          }
        })
    }
  }

  private func drawMarks(on canvas: Canvas, _ frame: PlotFrame, _ names: [String]) {
    for mark in marks {
      guard let point = frame.point(mark.x, mark.y), let index = names.firstIndex(of: mark.name) else { continue }
      canvas.ring(at: point, radius: 6, Ink(0x000000, opacity: 0.55), width: 3.2)
      canvas.ring(at: point, radius: 6, Self.markInk(index), width: 1.6)
    }
  }

  private func drawBar(
    on canvas: Canvas, beside area: Rectangle, _ scale: AxisScale, _ ticks: Ticks, _ caption: [String]
  ) {
    let bar = Rectangle(x: area.right + 14, y: area.y, width: 14, height: area.height)
    let steps = 256
    let slices = Tensor(
      [3, steps, 1],
      (0..<3).flatMap { channel in
        (0..<steps).map { Float(colourMap.colour(at: 1 - Double($0) / Double(steps - 1))[channel]) }
      })
    canvas.image(Picture(unchecked: slices), in: bar)
    canvas.frame(bar, .axis)
    for (value, label) in zip(ticks.values, ticks.labels) {
      guard let position = scale.position(of: value) else { continue }
      let y = bar.bottom - position * bar.height
      canvas.line([Point(x: bar.right, y: y), Point(x: bar.right + 3, y: y)], .axis, width: 1)
      canvas.text(label, at: Point(x: bar.right + 6, y: y), .tick, .axis, anchor: .left)
    }
    let widest = ticks.labels.map { canvas.size(of: $0, .tick).width }.max() ?? 0
    for (index, line) in caption.enumerated() {
      let lineHeight = Typeface.label.size * Typeface.lineHeight
      let x = bar.right + 6 + widest + 8 + Double(index) * lineHeight
      canvas.text(line, at: Point(x: x, y: bar.y + bar.height / 2), .label, anchor: .top, angle: -.pi / 2)
    }
  }
}
