import CCairo
import GinghamTensors

/// A point on a figure: to the right and down from its upper left corner, in units of 1/96 inch.
struct Point: Hashable, Sendable {
  var x: Double
  var y: Double
}

struct Rectangle: Hashable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }

  func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }

  func contains(_ other: Rectangle) -> Bool {
    other.x >= x && other.right <= right && other.y >= y && other.bottom <= bottom
  }

  func insetBy(_ margin: Double) -> Rectangle {
    Rectangle(x: x + margin, y: y + margin, width: width - 2 * margin, height: height - 2 * margin)
  }
}

/// What figures are drawn on: the one place where Cairo is called. The same strokes become pixels or SVG.
final class Canvas {
  private let context: OpaquePointer
  /// The places texts were drawn at, for whoever wants to know that none covers another.
  private(set) var textBoxes: [(text: String, box: Rectangle)] = []

  init(context: OpaquePointer) {
    self.context = context
    cairo_select_font_face(context, Typeface.family, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }

  func fill(_ box: Rectangle, _ ink: Ink) {
    use(ink)
    cairo_rectangle(context, box.x, box.y, box.width, box.height)
    cairo_fill(context)
  }

  func frame(_ box: Rectangle, _ ink: Ink, width: Double = 1) {
    use(ink)
    cairo_set_line_width(context, width)
    cairo_rectangle(context, box.x, box.y, box.width, box.height)
    cairo_stroke(context)
  }

  func line(_ points: [Point], _ ink: Ink, width: Double, dashes: [Double] = []) {
    guard let first = points.first else { return }
    use(ink)
    cairo_set_line_width(context, width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, dashes.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
    cairo_set_dash(context, dashes, Int32(dashes.count), 0)
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    cairo_stroke(context)
    cairo_set_dash(context, nil, 0, 0)
  }

  func polygon(_ points: [Point], _ ink: Ink) {
    guard let first = points.first else { return }
    use(ink)
    cairo_move_to(context, first.x, first.y)
    for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
    cairo_close_path(context)
    cairo_fill(context)
  }

  func disc(at centre: Point, radius: Double, _ ink: Ink) {
    use(ink)
    cairo_new_sub_path(context)
    cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
    cairo_fill(context)
  }

  func ring(at centre: Point, radius: Double, _ ink: Ink, width: Double) {
    use(ink)
    cairo_set_line_width(context, width)
    cairo_new_sub_path(context)
    cairo_arc(context, centre.x, centre.y, radius, 0, 2 * .pi)
    cairo_stroke(context)
  }

  /// Whatever `body` draws is cut off at the edge of `box`.
  func clipped(to box: Rectangle, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, box.x, box.y, box.width, box.height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  /// Whatever `body` draws is moved by `offset`.
  func shifted(by offset: Point, _ body: () -> Void) {
    let count = textBoxes.count
    cairo_save(context)
    cairo_translate(context, offset.x, offset.y)
    body()
    cairo_restore(context)
    for index in count..<textBoxes.count {
      let box = textBoxes[index].box
      textBoxes[index].box = Rectangle(x: box.x + offset.x, y: box.y + offset.y, width: box.width, height: box.height)
    }
  }

  /// Draws `picture` into `box`, its pixels square-edged where they grow.
  func image(_ picture: Picture, in box: Rectangle) {
    let (height, width) = (picture.height, picture.width)
    guard let surface = CairoSurface(picture) else { return }
    cairo_save(context)
    cairo_translate(context, box.x, box.y)
    cairo_scale(context, box.width / Double(width), box.height / Double(height))
    cairo_set_source_surface(context, surface.pointer, 0, 0)
    let shrinks = box.width < Double(width) || box.height < Double(height)
    cairo_pattern_set_filter(cairo_get_source(context), shrinks ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST)
    cairo_rectangle(context, 0, 0, Double(width), Double(height))
    cairo_fill(context)
    cairo_restore(context)
  }

  private func use(_ ink: Ink) {
    cairo_set_source_rgba(context, ink.red, ink.green, ink.blue, ink.opacity)
  }
}

extension Canvas {
  /// Width of one line of text, and height from the top of its letters to the foot of its tails.
  func size(of text: String, _ type: Typeface) -> (width: Double, height: Double) {
    select(type)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text.printable(limit: Self.longestText), &extents)
    return (extents.x_advance, type.size * Typeface.lineHeight)
  }

  /// Draws one line of text so that the place `anchor` of its box lies at `point`; `angle` turns it clockwise about there.
  func text(
    _ text: String, at point: Point, _ type: Typeface, _ ink: Ink = .text, anchor: Anchor = .topLeft, angle: Double = 0
  ) {
    let text = text.printable(limit: Self.longestText)
    guard !text.isEmpty else { return }
    let size = size(of: text, type)
    let origin = Point(x: -anchor.x * size.width, y: -anchor.y * size.height)
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    cairo_rotate(context, angle)
    cairo_move_to(context, origin.x, origin.y + type.size * Typeface.ascent)
    use(ink)
    cairo_show_text(context, text)
    cairo_restore(context)
    if angle == 0 {
      textBoxes.append(
        (text, Rectangle(x: point.x + origin.x, y: point.y + origin.y, width: size.width, height: size.height)))
    } else {
      // Only quarter turns to the left are in use.
      textBoxes.append(
        (
          text,
          Rectangle(
            x: point.x + origin.y, y: point.y - origin.x - size.width, width: size.height, height: size.width)
        ))
    }
  }

  /// `text` broken into lines no wider than `width`, at spaces where there are any.
  func lines(of text: String, _ type: Typeface, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.printable(limit: Self.longestText).split(separator: " ", omittingEmptySubsequences: false).flatMap(
      { pieces(of: $0, type, width) })
    {
      if let last = lines.last, size(of: last + " " + word, type).width <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
    return lines.isEmpty ? [""] : lines
  }

  private func pieces(of word: Substring, _ type: Typeface, _ width: Double) -> [String] {
    var pieces = [""]
    for character in word {
      let longer = (pieces.last ?? "") + String(character)
      if pieces.last?.isEmpty == false, size(of: longer, type).width > width {
        pieces.append(String(character))
      } else {
        pieces[pieces.count - 1] = longer
      }
    }
    return pieces
  }

  /// Names from files may be of any length.
  private static let longestText = 1000

  private func select(_ type: Typeface) {
    cairo_select_font_face(
      context, Typeface.family, CAIRO_FONT_SLANT_NORMAL,
      type.isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, type.size)
  }
}
