import GinghamTensors

/// Pictures side by side, with a label under each.
public struct ContactSheet: Sendable {
  /// A picture and what stands below it.
  public struct Tile: Sendable {
    /// Drawn with square-edged pixels.
    public var picture: Picture
    /// Empty: nothing.
    public var label: String

    /// With the properties of the same names.
    public init(_ picture: Picture, label: String = "") {
      self.picture = picture
      self.label = label
    }
  }

  /// Above the figure.
  public var title: String
  /// From left to right, row by row.
  public var tiles: [Tile]
  /// Tiles in a row, at most.
  public var columns: Int
  /// The longest side of the largest picture in units of 1/96 inch. All pictures are scaled alike; where they grow,
  /// their pixels stay square-edged.
  public var side: Double

  /// With the properties of the same names.
  public init(_ title: String = "", tiles: [Tile], columns: Int, side: Double = 180) {
    self.title = title
    self.tiles = tiles
    self.columns = columns
    self.side = side
  }

  private static let gap = 12.0

  /// - Throws: ``ImageError/undrawable(_:)`` where there is no tile or no column.
  public func figure() throws -> Figure {
    guard !tiles.isEmpty, columns > 0, side >= 1 else {
      throw ImageError.undrawable("a contact sheet needs at least one picture and one column")
    }
    let longest = Double(tiles.map { max($0.picture.height, $0.picture.width) }.max() ?? 1)
    let unit = side / longest
    let cell = (
      width: unit * Double(tiles.map(\.picture.width).max() ?? 1),
      height: unit * Double(tiles.map(\.picture.height).max() ?? 1)
    )
    let columns = min(columns, tiles.count)
    let margin = PlotFrame.margin
    // A narrow picture still leaves its label some width.
    let pitch = max(cell.width, 48) + Self.gap
    return try Figure { canvas in
      let width = 2 * margin + Double(columns) * pitch - Self.gap
      let titleLines = title.isEmpty ? [] : canvas.lines(of: title, .title, width: width - 2 * margin)
      let titleHeight = Typeface.title.size * Typeface.lineHeight
      let labels = tiles.map { $0.label.isEmpty ? [] : canvas.lines(of: $0.label, .note, width: pitch - Self.gap) }
      let lineHeight = Typeface.note.size * Typeface.lineHeight
      let top = margin + Double(titleLines.count) * titleHeight + (titleLines.isEmpty ? 0 : Self.gap)
      let rowHeights = stride(from: 0, to: tiles.count, by: columns).map { first in
        let lines = labels[first..<min(first + columns, tiles.count)].map(\.count).max() ?? 0
        return cell.height + (lines > 0 ? 4 + Double(lines) * lineHeight : 0) + Self.gap
      }
      return (
        width, top + rowHeights.reduce(0, +) - Self.gap + margin,
        { canvas in
          for (index, line) in titleLines.enumerated() {
            canvas.text(line, at: Point(x: margin, y: margin + Double(index) * titleHeight), .title)
          }
          for (index, tile) in tiles.enumerated() {
            let y = top + rowHeights[..<(index / columns)].reduce(0, +)
            let x = margin + Double(index % columns) * pitch
            let size = (width: unit * Double(tile.picture.width), height: unit * Double(tile.picture.height))
            let left = x + (pitch - Self.gap - size.width) / 2
            let box = Rectangle(x: left, y: y + cell.height - size.height, width: size.width, height: size.height)
            canvas.image(tile.picture, in: box)
            for (row, line) in labels[index].enumerated() {
              let at = Point(x: x + (pitch - Self.gap) / 2, y: y + cell.height + 4 + Double(row) * lineHeight)
              canvas.text(line, at: at, .note, anchor: .top)
            }
          }
        }
      )
    }
  }
}

extension Picture {
  /// Pictures side by side, pixel for pixel, on white: nothing is scaled, so whatever is measured on them stays.
  ///
  /// - Throws: ``ImageError/undrawable(_:)`` where there is no picture or no column.
  public static func montage(_ pictures: [Picture], columns: Int, gap: Int = 2) throws -> Picture {
    guard let height = pictures.map(\.height).max(), let width = pictures.map(\.width).max(), columns > 0, gap >= 0
    else { throw ImageError.undrawable("a montage needs at least one picture and one column") }
    let columns = min(columns, pictures.count)
    let rows = (pictures.count + columns - 1) / columns
    let (sheetHeight, sheetWidth) = (rows * (height + gap) - gap, columns * (width + gap) - gap)
    var sheet = Tensor([3, sheetHeight, sheetWidth], repeating: 1)
    sheet.withUnsafeMutableBufferPointer { target in
      for (index, picture) in pictures.enumerated() {
        let (top, left) = (index / columns * (height + gap), index % columns * (width + gap))
        picture.overWhite.rgb.pixels.withUnsafeBufferPointer { source in
          for row in 0..<(3 * picture.height) {
            let (channel, y) = (row / picture.height, row % picture.height)
            let start = (channel * sheetHeight + top + y) * sheetWidth + left
            for x in 0..<picture.width { target[start + x] = source[row * picture.width + x] }
          }
        }
      }
    }
    return Picture(unchecked: sheet)
  }
}
