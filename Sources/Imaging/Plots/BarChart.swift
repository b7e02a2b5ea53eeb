import Foundation

/// Values of categories as horizontal bars, one colour a series; names of any length fit at their left.
public struct BarChart: Sendable {
  /// A bar in each category.
  public struct Bars: Sendable {
    /// In the legend.
    public var name: String
    /// One a category; NaN leaves the place empty.
    public var values: [Double]
    /// Half lengths of the error bars, or none.
    public var errors: [Double]

    /// With the properties of the same names.
    public init(_ name: String = "", values: [Double], errors: [Double] = []) {
      self.name = name
      self.values = values
      self.errors = errors
    }
  }

  /// Above the figure.
  public var title: String
  /// Below the bars, from left to right.
  public var categories: [String]
  /// A colour each.
  public var bars: [Bars]
  /// Upwards.
  public var axis: Axis
  /// In units of 1/96 inch.
  public var width: Double

  /// - Parameter width: length of the axis in units of 1/96 inch.
  public init(_ title: String, categories: [String], bars: [Bars], axis: Axis, width: Double = 380) {
    self.title = title
    self.categories = categories
    self.bars = bars
    self.axis = axis
    self.width = width
  }

  private static let barHeight = 15.0
  private static let categoryGap = 10.0
  private static let nameWidth = 210.0

  /// - Throws: ``ImageError/undrawable(_:)`` where a series has not one value (and error) a category.
  public func figure() throws -> Figure {
    for item in bars {
      guard item.values.count == categories.count, item.errors.isEmpty || item.errors.count == categories.count else {
        throw ImageError.undrawable(
          "bars '\(item.name)' have \(item.values.count) values for \(categories.count) categories")
      }
    }
    let values = bars.flatMap { item in
      item.values.indices.flatMap { index in
        let error = item.errors.isEmpty ? 0 : item.errors[index]
        return [item.values[index], item.values[index] + error, item.values[index] - error]
      }
    }
    return try Figure { canvas in
      let names = categories.map { canvas.lines(of: $0, .tick, width: Self.nameWidth) }
      let lineHeight = Typeface.tick.size * Typeface.lineHeight
      let heights = names.map { lines in
        max(Double(bars.count) * Self.barHeight, Double(lines.count) * lineHeight) + Self.categoryGap
      }
      let nameWidth = names.joined().map { canvas.size(of: $0, .tick).width }.max() ?? 0
      let valueWidth = values.map { canvas.size(of: NumberText.short($0), .note).width }.max() ?? 0
      let entries = bars.enumerated().filter { !$0.element.name.isEmpty && bars.count > 1 }.map {
        LegendEntry(name: $0.element.name, ink: .series($0.offset), sample: .box)
      }
      let scale = AxisScale(axis, showing: values, includingZero: true)
      let frame = PlotFrame(
        canvas, title: title, plotSize: (width, max(heights.reduce(0, +), 30)), x: scale,
        y: AxisScale(Axis(range: 0...1, ticks: []), showing: []), legend: entries, roomAtLeft: nameWidth,
        roomAtRight: valueWidth + 8)
      return (
        frame.size.width, frame.size.height,
        { canvas in
          frame.draw(on: canvas)
          var top = frame.area.y
          for (index, lines) in names.enumerated() {
            draw(category: index, lines, on: canvas, frame, top: top, height: heights[index])
            top += heights[index]
          }
        }
      )
    }
  }

  private func draw(
    category: Int, _ lines: [String], on canvas: Canvas, _ frame: PlotFrame, top: Double, height: Double
  ) {
    let lineHeight = Typeface.tick.size * Typeface.lineHeight
    let middle = top + height / 2
    for (index, line) in lines.enumerated() {
      let y = middle + (Double(index) - Double(lines.count - 1) / 2) * lineHeight
      canvas.text(line, at: Point(x: frame.area.x - 8, y: y), .tick, anchor: .right)
    }
    let origin = min(max(frame.x.position(of: 0) ?? 0, 0), 1)
    let first = middle - Double(bars.count) * Self.barHeight / 2
    for (index, item) in bars.enumerated() {
      guard let position = frame.x.position(of: item.values[category]) else { continue }
      let clipped = min(max(position, 0), 1)
      let y = first + Double(index) * Self.barHeight
      let from = frame.area.x + min(origin, clipped) * frame.area.width
      let box = Rectangle(
        x: from, y: y + 1.5, width: abs(clipped - origin) * frame.area.width, height: Self.barHeight - 3)
      canvas.fill(box, .series(index))
      var end = max(box.right, frame.area.x + origin * frame.area.width)
      if !item.errors.isEmpty {
        let value = item.values[category]
        let ends = [value - item.errors[category], value + item.errors[category]].map {
          min(max(frame.x.position(of: $0) ?? 0, 0), 1) * frame.area.width + frame.area.x
        }
        canvas.line(ends.map { Point(x: $0, y: box.y + box.height / 2) }, .text, width: 1)
        for x in ends {
          canvas.line([Point(x: x, y: box.y + 2), Point(x: x, y: box.bottom - 2)], .text, width: 1)
        }
        end = max(end, ends[1])
      }
      canvas.text(
        NumberText.short(item.values[category]), at: Point(x: end + 5, y: box.y + box.height / 2), .note, .faintText,
        anchor: .left)
    }
  }
}
