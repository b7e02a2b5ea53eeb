/// The detail r = f − tri_S⊗tri_S f of one map in single precision, first for one period S, then for twice that and so
/// on.
///
/// A box of 2S is a box of S and another one behind it, so tri_2S = tri_S * (1, 2, 1)/4 with taps S apart: a smoothed map
/// becomes that of twice the period by two additions a pixel and axis, whatever the period.
struct DetailCascade {
  private(set) var filter: TriangleFilter
  private let pixels: [Float]
  /// tri_S⊗tri_S f where all taps stay inside, rows as far apart as the map's.
  private var smooth: [Float]
  private let mapHeight: Int
  private let mapWidth: Int
  /// A single row is filtered along its columns only.
  private var isLine: Bool { mapHeight == 1 }

  init(of map: Plane, filter: TriangleFilter) {
    self.filter = filter
    (mapHeight, mapWidth) = (map.height, map.width)
    let pitch = map.width
    pixels = [Float](unsafeUninitializedCapacity: map.values.count) { target, count in
      map.values.withUnsafeBufferPointer { source in
        for index in source.indices { target[index] = Float(source[index]) }
      }
      count = map.values.count
    }
    let reach = 2 * (filter.period - 1)
    let columns = max(0, map.width - reach)
    let rows = columns > 0 ? max(0, map.isLine ? 1 : map.height - reach) : 0
    smooth = [Float](unsafeUninitializedCapacity: rows * pitch) { target, count in
      filter.forEachSmoothRow(of: map, in: Float.self) { row, line in
        let row = target.baseAddress.map { $0 + row * pitch }
        row?.update(from: line, count: columns)
        (row.map { $0 + columns })?.update(repeating: 0, count: pitch - columns)
      }
      count = rows * pitch
    }
  }

  /// Of the detail, which lacks S pixels at each side; `nil` where nothing is left.
  var size: (height: Int, width: Int)? {
    let (height, width) = (isLine ? 1 : mapHeight - 2 * filter.period, mapWidth - 2 * filter.period)
    return height > 0 && width > 0 ? (height, width) : nil
  }

  /// Goes on to twice the period.
  ///
  /// - Throws: ``ArtifactError/badPeriod(_:why:)`` beyond the longest.
  mutating func doublePeriod() throws {
    let (period, pitch) = (filter.period, mapWidth)
    filter = try TriangleFilter(period: 2 * period)
    let reach = 2 * (filter.period - 1)
    let (rows, columns) = (isLine ? 1 : max(0, mapHeight - reach), mapWidth - reach)
    let isLine = isLine
    guard rows > 0, columns > 0 else { return }
    let width = columns + 2 * period
    var line = [Float](repeating: 0, count: width)
    smooth.withUnsafeMutableBufferPointer { smooth in
      line.withUnsafeMutableBufferPointer { line in
        guard let base = smooth.baseAddress, let line = line.baseAddress else { return }
        // In place: rows ahead are read before they are written.
        for row in 0..<rows {
          let here = base + row * pitch
          if isLine {
            for x in 0..<width { line[x] = 4 * here[x] }
          } else {
            let (middle, last) = (here + period * pitch, here + 2 * period * pitch)
            for x in 0..<width { line[x] = here[x] + 2 * middle[x] + last[x] }
          }
          let (ahead, end) = (line + period, line + 2 * period)
          for x in 0..<columns { here[x] = (line[x] + 2 * ahead[x] + end[x]) * 0.0625 }
        }
      }
    }
  }

  /// Hands over the detail's rows. A line lasts until the next.
  func forEachRow(_ body: (_ row: Int, _ line: UnsafePointer<Float>) -> Void) {
    guard let (height, width) = size else { return }
    let (period, pitch) = (filter.period, mapWidth)
    var line = [Float](repeating: 0, count: width)
    pixels.withUnsafeBufferPointer { pixels in
      smooth.withUnsafeBufferPointer { smooth in
        line.withUnsafeMutableBufferPointer { line in
          guard let pixels = pixels.baseAddress, let smooth = smooth.baseAddress, let line = line.baseAddress else {
            return
          }
          for row in 0..<height {
            let (down, next) = isLine ? (0, 0) : (row + period, row + 1)
            let (sharp, blurred) = (pixels + down * pitch + period, smooth + next * pitch + 1)
            for x in 0..<width { line[x] = sharp[x] - blurred[x] }
            body(row, line)
          }
        }
      }
    }
  }
}
