import Foundation

/// Points that belong together.
public struct Series: Sendable {
  /// How points are drawn.
  public enum Style: String, Hashable, Sendable {
    case line, dashedLine, lineWithPoints, points
  }

  /// Stands in the legend; empty: in none.
  public var name: String
  /// Of the points; as many as `y`.
  public var x: [Double]
  /// Of the points; NaN leaves a gap.
  public var y: [Double]
  /// How points are drawn.
  public var style: Style
  /// Texts beside the points; those that find no free place are left out.
  public var labels: [String]
  /// Lower and upper ends of a shaded band around the line, such as a deviation.
  public var band: (lower: [Double], upper: [Double])?

  /// - Parameter x: as many as `y`, or none for 0, 1, 2, …
  public init(
    _ name: String, x: [Double] = [], y: [Double], style: Style = .line, labels: [String] = [],
    band: (lower: [Double], upper: [Double])? = nil
  ) {
    self.name = name
    self.x = x.isEmpty ? y.indices.map(Double.init) : x
    self.y = y
    self.style = style
    self.labels = labels
    self.band = band
  }
}

extension [Series] {
  /// Those with equal points and style as one that has all their names: drawn by themselves, the last would hide the others.
  public var sharingCurves: [Series] {
    reduce(into: []) { drawn, next in
      let same = drawn.firstIndex {
        $0.x == next.x && $0.y == next.y && $0.style == next.style && $0.band == nil && next.band == nil
      }
      if let same { drawn[same].name += ", " + next.name } else { drawn.append(next) }
    }
  }
}

/// A line across a plot at one value.
public enum ReferenceLine: Hashable, Sendable {
  /// Named above the plot.
  case vertical(at: Double, name: String)
  /// Named in the legend.
  case horizontal(at: Double, name: String)
}

/// Lines and points over two axes. Values that are not finite, and those a logarithmic axis has no place for, leave a
/// gap; a note under the plot counts them.
public struct Plot: Sendable {
  /// Above the figure.
  public var title: String
  /// To the right.
  public var x: Axis
  /// Upwards.
  public var y: Axis
  /// In the order of the legend.
  public var series: [Series]
  /// Lines to hold the series against.
  public var references: [ReferenceLine]
  /// Size of the data's area in units of 1/96 inch; margins and legend come on top.
  public var plotSize: (width: Double, height: Double)

  /// With the properties of the same names.
  public init(
    _ title: String, x: Axis, y: Axis, series: [Series], references: [ReferenceLine] = [],
    plotSize: (width: Double, height: Double) = (440, 270)
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.references = references
    self.plotSize = plotSize
  }

  /// - Throws: ``ImageError/undrawable(_:)`` where a series has not as many x, labels or band ends as y.
  public func figure() throws -> Figure {
    for item in series {
      let counts = [item.x.count, item.labels.isEmpty ? item.y.count : item.labels.count]
      let bands = item.band.map { [$0.lower.count, $0.upper.count] } ?? []
      guard (counts + bands).allSatisfy({ $0 == item.y.count }) else {
        throw ImageError.undrawable("series '\(item.name)' has unequal numbers of x, y, labels or band ends")
      }
    }
    return try Figure { canvas in
      let frame = frame(canvas)
      let names = placedLabels(canvas, frame)
      return (
        frame.size.width, frame.size.height,
        { canvas in
          frame.draw(on: canvas)
          canvas.clipped(to: frame.area.insetBy(-5)) { drawData(on: canvas, frame) }
          for label in names {
            canvas.text(label.text, at: Point(x: label.box.x, y: label.box.y), .note, .faintText)
          }
        }
      )
    }
  }

  private func frame(_ canvas: Canvas) -> PlotFrame {
    var entries: [LegendEntry] = []
    var flags: [(text: String, value: Double, ink: Ink)] = []
    let named = series.enumerated().filter { !$0.element.name.isEmpty }
    if named.count > 1 || references.contains(where: { if case .horizontal = $0 { true } else { false } }) {
      entries = named.map { index, item in
        let sample: LegendEntry.Sample =
          switch item.style {
          case .points: .point
          case .dashedLine: .line(dashes: [5, 3])
          case .line, .lineWithPoints: .line(dashes: [])
          }
        return LegendEntry(name: item.name, ink: .series(index), sample: sample)
      }
    }
    var (xs, ys) = (series.flatMap(\.x), series.flatMap(\.y))
    for item in series { ys += (item.band?.lower ?? []) + (item.band?.upper ?? []) }
    for reference in references {
      switch reference {
      case .vertical(let value, let name):
        xs.append(value)
        flags.append((name, value, .faintText))
      case .horizontal(let value, let name):
        ys.append(value)
        entries.append(LegendEntry(name: name, ink: .faintText, sample: .line(dashes: [2, 3])))
      }
    }
    let (xScale, yScale) = (AxisScale(x, showing: xs), AxisScale(y, showing: ys))
    let total = series.reduce(0) { $0 + $1.y.count }
    let missing = series.reduce(0) { count, item in
      count + zip(item.x, item.y).filter { xScale.position(of: $0) == nil || yScale.position(of: $1) == nil }.count
    }
    let note =
      total == 0
      ? "no data"
      : missing > 0 ? "\(missing) of \(total) values are not finite or not positive and have no place here" : ""
    return PlotFrame(
      canvas, title: title, plotSize: plotSize, x: xScale, y: yScale, legend: entries, flags: flags, note: note)
  }

  private func drawData(on canvas: Canvas, _ frame: PlotFrame) {
    for reference in references {
      let ends: [Point]
      switch reference {
      case .vertical(let value, _):
        guard let position = frame.x.position(of: value) else { continue }
        let at = frame.area.x + position * frame.area.width
        ends = [Point(x: at, y: frame.area.y), Point(x: at, y: frame.area.bottom)]
      case .horizontal(let value, _):
        guard let position = frame.y.position(of: value) else { continue }
        let at = frame.area.bottom - position * frame.area.height
        ends = [Point(x: frame.area.x, y: at), Point(x: frame.area.right, y: at)]
      }
      canvas.line(ends, .faintText, width: 1, dashes: [2, 3])
    }
    for (index, item) in series.enumerated() {
      guard let band = item.band else { continue }
      let lower = zip(item.x, band.lower).compactMap { frame.point($0, $1) }
      let upper = zip(item.x, band.upper).compactMap { frame.point($0, $1) }
      canvas.polygon(lower + upper.reversed(), Ink.series(index).withOpacity(0.18))
    }
    for (index, item) in series.enumerated() {
      let points = zip(item.x, item.y).map { frame.point($0, $1) }
      if item.style != .points {
        for run in points.split(separator: Point?.none) {
          let dashes: [Double] = item.style == .dashedLine ? [5, 3] : []
          canvas.line(run.compactMap { $0 }, .series(index), width: 1.8, dashes: dashes)
        }
      }
      if item.style == .points || item.style == .lineWithPoints {
        for point in points.compactMap({ $0 }) {
          canvas.disc(at: point, radius: item.style == .points ? 4.2 : 3.4, .paper)
          canvas.disc(at: point, radius: item.style == .points ? 3.4 : 2.6, .series(index))
        }
      }
    }
  }

  /// Where a label may stand as seen from its point, the best first.
  private static let directions = [
    Point(x: 1, y: 0), Point(x: -1, y: 0), Point(x: 0, y: -1), Point(x: 0, y: 1), Point(x: 1, y: -1),
    Point(x: -1, y: -1), Point(x: 1, y: 1), Point(x: -1, y: 1),
  ]

  /// Every label at the first place around its point that is free and inside the plot.
  private func placedLabels(_ canvas: Canvas, _ frame: PlotFrame) -> [(text: String, box: Rectangle)] {
    var taken: [Rectangle] = series.flatMap { item in
      zip(item.x, item.y).compactMap { frame.point($0, $1) }.map {
        Rectangle(x: $0.x - 4, y: $0.y - 4, width: 8, height: 8)
      }
    }
    var placed: [(text: String, box: Rectangle)] = []
    for item in series {
      for (index, label) in item.labels.enumerated() where !label.isEmpty {
        guard let point = frame.point(item.x[index], item.y[index]) else { continue }
        let size = canvas.size(of: label, .note)
        let places = [6.0, 11].flatMap { distance in
          Self.directions.map { direction in
            let x: Double = point.x + direction.x * distance - (1 - direction.x) / 2 * size.width
            let y: Double = point.y + direction.y * distance - (1 - direction.y) / 2 * size.height
            return Rectangle(x: x, y: y, width: size.width, height: size.height)
          }
        }
        guard
          let free = places.first(where: { box in frame.area.contains(box) && !taken.contains { $0.overlaps(box) } })
        else { continue }
        taken.append(free)
        placed.append((label, free))
      }
    }
    return placed
  }
}
