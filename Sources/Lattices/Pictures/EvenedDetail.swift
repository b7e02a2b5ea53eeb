import GinghamTensors

/// Detail in units of its own deviation round about: a smooth sky then has as much say as a hedge, which else owns nearly
/// all of the fine detail. A grid that is painted everywhere shows best where nothing else is.
enum EvenedDetail {
  /// Pixels to either side that the deviation is taken over.
  static let reach = 8

  /// One of 255 levels. Differences of colours in 0…1 lie in −1…1; maps that leave it have their own range.
  static func level(of map: Plane) -> Double {
    guard let low = map.values.min(), let high = map.values.max() else { return 0 }
    return (low >= -1 && high <= 1 ? 1 : max(high - low, 1e-30)) / 255
  }

  /// What the deviation is at least: half a level, below which rounding is all there is.
  static func floor(for map: Plane) -> Double { level(of: map) / 2 }

  /// r/√(mean of r² over a square of 2·``reach`` + 1 pixels + floor²), of H×W.
  static func evened(_ detail: Tensor, floor: Double) -> Tensor {
    let (height, width) = (detail.shape[0], detail.shape[1])
    guard height > 0, width > 0 else { return detail }
    let values = detail.scalars
    // Σ r² over the rows of the square, a column each, moved down row by row.
    var columns = [Double](repeating: 0, count: width)
    func add(row: Int, sign: Double) {
      for x in 0..<width { columns[x] += sign * Double(values[row * width + x]) * Double(values[row * width + x]) }
    }
    for row in 0..<min(reach, height) { add(row: row, sign: 1) }
    return Tensor([height, width]) { target in
      for y in 0..<height {
        if y + reach < height { add(row: y + reach, sign: 1) }
        if y - reach - 1 >= 0 { add(row: y - reach - 1, sign: -1) }
        let rows = min(y + reach, height - 1) - max(y - reach, 0) + 1
        var sum = columns.prefix(min(reach, width)).reduce(0, +)
        for x in 0..<width {
          if x + reach < width { sum += columns[x + reach] }
          if x - reach - 1 >= 0 { sum -= columns[x - reach - 1] }
          let count = rows * (min(x + reach, width - 1) - max(x - reach, 0) + 1)
          let deviation = (max(0, sum) / Double(count) + floor * floor).squareRoot()
          target[y * width + x] = deviation > 0 ? Float(Double(values[y * width + x]) / deviation) : 0
        }
      }
    }
  }
}
