import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The picture turned about its middle, bilinearly, with a constant beyond its edges; and of what comes out, a window.
struct RotationMap: PictureMap {
  let inputSize: PictureSize
  /// Counter-clockwise as seen on a screen.
  let degrees: Double
  let fill: Float
  let outputSize: PictureSize
  /// Of the result's first pixel in the turned picture; negative where it lies outside.
  private let top: Int
  private let left: Int
  /// Rows and columns of the result that show the turned picture; all others are the constant.
  private let rows: Range<Int>
  private let columns: Range<Int>

  init(inputSize: PictureSize, degrees: Double, fill: Float = 0.5) {
    self.init(
      inputSize: inputSize, degrees: degrees, fill: fill, outputSize: inputSize, top: 0, left: 0,
      rows: 0..<inputSize.height, columns: 0..<inputSize.width)
  }

  private init(
    inputSize: PictureSize, degrees: Double, fill: Float, outputSize: PictureSize, top: Int, left: Int,
    rows: Range<Int>, columns: Range<Int>
  ) {
    self.inputSize = inputSize
    self.degrees = degrees
    self.fill = fill
    self.outputSize = outputSize
    (self.top, self.left) = (top, left)
    (self.rows, self.columns) = (rows, columns)
  }

  /// The same with a window behind it: what the window cuts off is not computed.
  func seen(through window: WindowMap) -> RotationMap {
    func cut(_ range: Range<Int>, by offset: Int, to extent: Int) -> Range<Int> {
      let low = min(max(range.lowerBound - offset, 0), extent)
      return low..<min(max(range.upperBound - offset, low), extent)
    }
    return RotationMap(
      inputSize: inputSize, degrees: degrees, fill: fill, outputSize: window.outputSize, top: top + window.top,
      left: left + window.left, rows: cut(rows, by: window.top, to: window.outputSize.height),
      columns: cut(columns, by: window.left, to: window.outputSize.width))
  }

  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor {
    let (area, width) = (inputSize.area, inputSize.width)
    let (maps, turn) = (picture.count / max(area, 1), turn)
    return picture.withUnsafeBufferPointer { pixels in
      Tensor(picture.shape(with: outputSize)) { target in
        guard let base = pixels.baseAddress, let out = target.baseAddress else { return }
        team.share(outputSize.height) { lines in
          withRow { row in
            for y in lines {
              for map in 0..<maps where !rows.contains(y) || columns.count < outputSize.width {
                (out + (map * outputSize.height + y) * outputSize.width)
                  .update(repeating: fill, count: outputSize.width)
              }
              guard rows.contains(y) else { continue }
              let inside = trace(y, turn, into: row)
              for map in 0..<maps {
                let picture = base + map * area
                let line = out + (map * outputSize.height + y) * outputSize.width
                for x in inside {
                  let (place, fx, fy) = (picture + Int(row.corners[x]), row.fx[x], row.fy[x])
                  let upper = place[0] + fx * (place[1] - place[0])
                  let lower = place[width] + fx * (place[width + 1] - place[width])
                  line[x] = upper + fy * (lower - upper)
                }
                forEachEdge(inside) { x in
                  var sum: Float = 0
                  let missing = forEachTap(source(y, x, turn)) { index, weight in sum += weight * picture[index] }
                  line[x] = sum + missing * fill
                }
              }
            }
          }
        }
      }
    }
  }

  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor {
    let (area, width) = (inputSize.area, inputSize.width)
    let (maps, turn) = (gradient.count / max(outputSize.area, 1), turn)
    return gradient.withUnsafeBufferPointer { slopes in
      Tensor(gradient.shape(with: inputSize)) { target in
        guard let base = slopes.baseAddress, let out = target.baseAddress else {
          return target.update(repeating: 0)
        }
        team.share(maps) { planes in
          withRow { row in
            for map in planes { (out + map * area).update(repeating: 0, count: area) }
            for y in rows {
              let inside = trace(y, turn, into: row)
              for map in planes {
                let picture = out + map * area
                let line = base + (map * outputSize.height + y) * outputSize.width
                for x in inside {
                  let (place, value) = (picture + Int(row.corners[x]), line[x])
                  let (right, lower) = (value * row.fx[x], value * row.fy[x])
                  let both = right * row.fy[x]
                  place[0] += value - right - lower + both
                  place[1] += right - both
                  place[width] += lower - both
                  place[width + 1] += both
                }
                forEachEdge(inside) { x in
                  _ = forEachTap(source(y, x, turn)) { index, weight in picture[index] += weight * line[x] }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Of each pixel of a row: where the upper left of its four sources lies, and how far it is from there.
  private struct Row {
    let corners: UnsafeMutablePointer<Int32>
    let fx: UnsafeMutablePointer<Float>
    let fy: UnsafeMutablePointer<Float>
  }

  private func withRow(_ body: (Row) -> Void) {
    // Rows are filled in eight at a time, the last ones beyond the end.
    let count = outputSize.width + 8
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { corners in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { fractions in
        guard let corners = corners.baseAddress, let fractions = fractions.baseAddress else { return }
        body(Row(corners: corners, fx: fractions, fy: fractions + count))
      }
    }
  }

  private var turn: (cosine: Float, sine: Float) {
    let angle = degrees * Double.pi / 180
    return (Float(cos(angle)), Float(sin(angle)))
  }

  /// Where a pixel of the result lies in the picture.
  @inline(__always)
  private func source(_ y: Int, _ x: Int, _ turn: (cosine: Float, sine: Float)) -> (y: Float, x: Float) {
    let (middleY, middleX) = (Float(inputSize.height - 1) / 2, Float(inputSize.width - 1) / 2)
    let (dy, dx) = (Float(y + top) - middleY, Float(x + left) - middleX)
    return (middleY + turn.sine * dx + turn.cosine * dy, middleX + turn.cosine * dx - turn.sine * dy)
  }

  /// Whether all four sources of a place are pixels.
  @inline(__always)
  private func isInside(_ place: (y: Float, x: Float)) -> Bool {
    place.y >= 0 && place.x >= 0 && place.y < Float(inputSize.height - 1) && place.x < Float(inputSize.width - 1)
  }

  /// Fills in a row of the result, and says which of its pixels have all four sources: coordinates only grow or only
  /// fall along a row, so these stand side by side.
  private func trace(_ y: Int, _ turn: (cosine: Float, sine: Float), into row: Row) -> Range<Int> {
    var (first, last) = (columns.lowerBound, columns.upperBound)
    while first < last, !isInside(source(y, first, turn)) { first += 1 }
    while last > first, !isInside(source(y, last - 1, turn)) { last -= 1 }
    let lanes = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    let (middleY, middleX) = (Float(inputSize.height - 1) / 2, Float(inputSize.width - 1) / 2)
    let dy = Float(y + top) - middleY
    let (alongY, alongX) = (turn.cosine * dy, turn.sine * dy)
    let width = SIMD8<Int32>(repeating: Int32(inputSize.width))
    for x in stride(from: first, to: last, by: 8) {
      let dx = (lanes + Float(x + left)) - middleX
      let (placeY, placeX) = (middleY + turn.sine * dx + alongY, middleX + turn.cosine * dx - alongX)
      let (line, column) = (Self.floor(placeY), Self.floor(placeX))
      UnsafeMutableRawPointer(row.corners + x).storeBytes(
        of: line.whole &* width &+ column.whole, as: SIMD8<Int32>.self)
      UnsafeMutableRawPointer(row.fx + x).storeBytes(of: placeX - column.value, as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(row.fy + x).storeBytes(of: placeY - line.value, as: SIMD8<Float>.self)
    }
    return first..<last
  }

  /// Adding 1.5·2²³ rounds to a whole number and leaves it in the lowest bits; what was rounded up is one too many.
  @inline(__always)
  private static func floor(_ x: SIMD8<Float>) -> (value: SIMD8<Float>, whole: SIMD8<Int32>) {
    let rounded = (x + 12_582_912) - 12_582_912
    let value = rounded.replacing(with: rounded - 1, where: rounded .> x)
    return (value, unsafeBitCast(value + 12_582_912, to: SIMD8<Int32>.self) &- 0x4b40_0000)
  }

  @inline(__always)
  private func forEachEdge(_ inside: Range<Int>, _ body: (_ x: Int) -> Void) {
    for x in columns.lowerBound..<inside.lowerBound { body(x) }
    for x in inside.upperBound..<columns.upperBound { body(x) }
  }

  /// The sources of a pixel near or beyond an edge.
  ///
  /// - Returns: the weight of those that do not exist.
  private func forEachTap(_ place: (y: Float, x: Float), _ body: (_ index: Int, _ weight: Float) -> Void) -> Float {
    let (row, column) = (Int(place.y.rounded(.down)), Int(place.x.rounded(.down)))
    let (fx, fy) = (place.x - Float(column), place.y - Float(row))
    var missing: Float = 0
    func tap(_ y: Int, _ x: Int, _ weight: Float) {
      if (0..<inputSize.height).contains(y), (0..<inputSize.width).contains(x) {
        body(y * inputSize.width + x, weight)
      } else {
        missing += weight
      }
    }
    tap(row, column, (1 - fy) * (1 - fx))
    tap(row, column + 1, (1 - fy) * fx)
    tap(row + 1, column, fy * (1 - fx))
    tap(row + 1, column + 1, fy * fx)
    return missing
  }
}
