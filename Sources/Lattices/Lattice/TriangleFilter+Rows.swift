extension TriangleFilter {
  /// Hands over the rows of tri_S⊗tri_S f where all taps stay inside: S − 1 pixels fewer on every side.
  ///
  /// Down the map a triangle is followed by its differences: its step from one row to the next is the sum of the S rows
  /// ahead less that of the S behind, whose own step takes three rows. These sums are kept in double precision, since
  /// their rounding adds up over the map. Across, two boxes one after the other are put together by doubling: 2·log₂S
  /// additions a pixel, each of which runs along a whole row.
  func forEachSmoothRow<Scalar: BinaryFloatingPoint>(
    of map: Plane, in _: Scalar.Type, _ body: (_ row: Int, _ smooth: UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let (width, period) = (map.width, period)
    let rows = map.isLine ? 1 : map.height - 2 * (period - 1)
    guard rows > 0, width > 2 * (period - 1) else { return }
    let square = Double(period * period)
    let scale = 1 / (map.isLine ? square : square * square)
    var state = [Double](repeating: 0, count: 2 * width)
    var lines = [Scalar](repeating: 0, count: 3 * width)
    map.values.withUnsafeBufferPointer { source in
      state.withUnsafeMutableBufferPointer { state in
        lines.withUnsafeMutableBufferPointer { lines in
          guard let base = source.baseAddress, let sum = state.baseAddress, let line = lines.baseAddress else { return }
          let step = sum + width
          if map.isLine {
            sum.update(from: base, count: width)
          } else {
            startDown(base, width: width, sum: sum, step: step, hasNext: rows > 1)
          }
          var boxes = BoxSums(front: line, back: line + width, total: line + 2 * width)
          for row in 0..<rows {
            let front = boxes.front
            for x in 0..<width { front[x] = Scalar(sum[x] * scale) }
            boxes.sum(period, of: width)
            boxes.sum(period, of: width - period + 1)
            body(row, boxes.front)
            guard row + 1 < rows else { continue }
            if row > 0 {
              let middle = base + (row + period - 1) * width
              let (last, next) = (middle - period * width, middle + period * width)
              for x in 0..<width { step[x] += next[x] - 2 * middle[x] + last[x] }
            }
            for x in 0..<width { sum[x] += step[x] }
          }
        }
      }
    }
  }

  /// The first triangle downwards, and its step to the second.
  private func startDown(
    _ base: UnsafePointer<Double>, width: Int, sum: UnsafeMutablePointer<Double>, step: UnsafeMutablePointer<Double>,
    hasNext: Bool
  ) {
    for offset in 0..<(2 * period - 1) {
      let (line, weight) = (base + offset * width, Double(min(offset + 1, 2 * period - 1 - offset)))
      for x in 0..<width { sum[x] += weight * line[x] }
    }
    guard hasNext else { return }
    for offset in 0..<period {
      let (behind, ahead) = (base + offset * width, base + (offset + period) * width)
      for x in 0..<width { step[x] += ahead[x] - behind[x] }
    }
  }
}

/// Sums of neighbours along a line, in three lines that change places.
private struct BoxSums<Scalar: BinaryFloatingPoint> {
  /// Where the line lies, and after a sum what became of it.
  var front: UnsafeMutablePointer<Scalar>
  var back: UnsafeMutablePointer<Scalar>
  var total: UnsafeMutablePointer<Scalar>

  /// Makes of a line of `count` elements the sums of `period` neighbours, of which there are count − period + 1: sums
  /// of 1, 2, 4, … neighbours, those added up that the period is made of.
  mutating func sum(_ period: Int, of count: Int) {
    var (reach, offset, length, rest) = (1, 0, count, period)
    while rest > 0 {
      if rest & 1 == 1 {
        // A power of two needs no adding up.
        if rest == 1, offset == 0 { return }
        let (front, total) = (front, total)
        if offset == 0 {
          for x in 0..<(count - period + 1) { total[x] = front[x] }
        } else {
          let ahead = front + offset
          for x in 0..<(count - period + 1) { total[x] += ahead[x] }
        }
        offset += reach
      }
      rest >>= 1
      guard rest > 0 else { break }
      let (front, back, ahead) = (front, back, front + reach)
      length -= reach
      for x in 0..<length { back[x] = front[x] + ahead[x] }
      swap(&self.front, &self.back)
      reach *= 2
    }
    swap(&front, &total)
  }
}
