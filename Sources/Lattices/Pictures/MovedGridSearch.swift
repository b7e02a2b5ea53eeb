import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Seeks the square lattice of any period and small turn whose frequencies stand out most in a map's evened detail.
///
/// The logarithm of power over surroundings is looked up at up to 24 frequencies of each candidate, harmonics up to the
/// third on both axes and their crossings, whichever lie below the Nyquist frequency; each counts for e⁴ at most, so that
/// no single one decides. Surroundings are those of a ring, of the row or of the column, whichever have more: pictures
/// concentrate power in lines along the axes. Both axes and the crossings must stand out, as they do where layers paint
/// and not where lines are ruled.
struct MovedGridSearch {
  /// Pixels a side of what is searched at least, and of the squares that larger pictures are looked at in: their spectra
  /// are added up, as a grid has the same in all of them.
  static let (smallestSide, largestSide) = (128, 256)
  /// In pixels, and in degrees to either side.
  static let (periods, steepest) = (2.0...20.0, 6.0)

  private static let (harmonics, ceiling, expected, leastGroup) = (3, Float(4), Float(0.6), Float(1.1))

  private let side: Int
  /// ln of power over surroundings, side×side, the greatest of 3×3 bins each, at most ``ceiling``.
  private let heights: [Float]
  private let logarithms: [Float]

  /// - Parameter evened: H×W, see ``EvenedDetail``.
  /// - Returns: `nil` below ``smallestSide``.
  init?(in evened: Tensor) {
    guard let power = Self.power(of: evened) else { return nil }
    side = power.side
    logarithms = Self.logarithms(of: power)
    heights = Self.widened(logarithms, side: side).map { min($0, Self.ceiling) }
  }

  /// Of a whole plane of frequencies, side×side.
  private struct Power {
    var side: Int
    var values: [Float]

    func callAsFunction(_ y: Int, _ x: Int) -> Float { values[(y + side) % side * side + (x + side) % side] }
  }

  /// Hann-windowed: of the middle square, or of up to four that are spread over the map.
  private static func power(of detail: Tensor) -> Power? {
    let (height, width) = (detail.shape[0], detail.shape[1])
    let least = min(height, width, largestSide)
    guard least >= smallestSide else { return nil }
    // Even, as the windows' bins are mirrored.
    let side = FourierTransform.fastLength(atMost: least / 2) * 2
    func starts(_ length: Int) -> [Int] { length >= 2 * side ? [0, length - side] : [(length - side) / 2] }
    var power = Power(side: side, values: [Float](repeating: 0, count: side * side))
    for top in starts(height) {
      for left in starts(width) {
        let square = detail.slice(axis: 0, top..<(top + side)).slice(axis: 1, left..<(left + side))
        let plane = Plane(height: side, width: side, values: square.scalars.map(Double.init))
        HalfSpectrum(of: plane.hannWindowed).withHalf { half, columns in
          for y in 0..<side {
            let mirrored = (side - y) % side
            for x in 0..<columns { power.values[y * side + x] += half[y * columns + x] }
            for x in columns..<side { power.values[y * side + x] += half[mirrored * columns + side - x] }
          }
        }
      }
    }
    return power
  }

  /// The best candidate, refined; `nil` where nothing stands out along both axes.
  func best() -> MovedGrid? {
    var best: (score: Float, down: Double, across: Double)?
    let step = 1 / Double(side)
    let (low, high) = (log(1 / Self.periods.upperBound), log(1 / Self.periods.lowerBound))
    let angles = Int((Self.steepest * .pi / 180 / step).rounded(.up))
    heights.withUnsafeBufferPointer { heights in
      for angle in -angles...angles {
        let turn = Double(angle) * step
        let (cosine, sine) = (cos(turn), sin(turn))
        for index in 0...Int((high - low) / step) {
          let frequency = exp(low + Double(index) * step)
          let score = score(down: frequency * cosine, across: frequency * sine, in: heights)
          if score > best?.score ?? 0 { best = (score, frequency * cosine, frequency * sine) }
        }
      }
    }
    return best.map { refined(score: Double($0.score), down: $0.down, across: $0.across) }
  }

  /// Of the lattice spanned by (down, across) and (−across, down), in cycles a pixel.
  private func score(down: Double, across: Double, in heights: UnsafeBufferPointer<Float>) -> Float {
    let (d, a, size) = (Float(down), Float(across), Float(side))
    var sums: (rows: Float, columns: Float, crossings: Float) = (0, 0, 0)
    var counts: (rows: Float, columns: Float, crossings: Float) = (0, 0, 0)
    for i in 0...Self.harmonics {
      for j in -Self.harmonics...Self.harmonics where i > 0 || j > 0 {
        let (y, x) = (Float(i) * d - Float(j) * a, Float(i) * a + Float(j) * d)
        guard abs(y) <= 0.5, abs(x) <= 0.5 else { continue }
        let height = heights[bin(y * size) * side + bin(x * size)]
        if j == 0 {
          (sums.rows, counts.rows) = (sums.rows + height, counts.rows + 1)
        } else if i == 0 {
          (sums.columns, counts.columns) = (sums.columns + height, counts.columns + 1)
        } else {
          (sums.crossings, counts.crossings) = (sums.crossings + height, counts.crossings + 1)
        }
      }
    }
    let count = counts.rows + counts.columns + counts.crossings
    guard count >= 4, counts.rows > 0, counts.columns > 0, counts.crossings > 0 else { return 0 }
    let least = min(sums.rows / counts.rows, sums.columns / counts.columns, sums.crossings / counts.crossings)
    guard least >= Self.leastGroup else { return 0 }
    return (sums.rows + sums.columns + sums.crossings - Self.expected * count) / count.squareRoot()
  }

  private func bin(_ frequency: Float) -> Int {
    let bin = Int(frequency.rounded())
    return bin < 0 ? bin + side : bin == side ? 0 : bin
  }

  /// The least-squares lattice through the tops of the peaks that stand out clearly; twice, as the first one may be off.
  private func refined(score: Double, down: Double, across: Double) -> MovedGrid {
    var lattice = (down: down, across: across, highest: 1)
    for _ in 0..<2 {
      lattice =
        fitted(lattice.down, lattice.across, above: 4) ?? fitted(lattice.down, lattice.across, above: 2) ?? lattice
    }
    let frequency = (lattice.down * lattice.down + lattice.across * lattice.across).squareRoot()
    let period = 1 / frequency
    return MovedGrid(
      period: period, turn: atan2(lattice.across, lattice.down) * 180 / .pi,
      scale: period / exp2(log2(period).rounded()),
      score: score, chance: MovedGrid.chance(of: score), verdict: .clean,
      resolution: 0.5 / (Double(side) * frequency * Double(lattice.highest)))
  }

  /// - Parameter least: ln of power over surroundings, of the peaks that count.
  /// - Returns: `nil` where none does.
  private func fitted(
    _ down: Double, _ across: Double, above least: Double
  ) -> (down: Double, across: Double, highest: Int)? {
    var (real, imaginary, weight, highest) = (0.0, 0.0, 0.0, 1)
    for i in 0...Self.harmonics {
      for j in -Self.harmonics...Self.harmonics where i > 0 || j > 0 {
        let (p, q) = (Double(i), Double(j))
        let (y, x) = (p * down - q * across, p * across + q * down)
        guard abs(y) <= 0.5, abs(x) <= 0.5 else { continue }
        let top = top(near: y, x)
        guard top.weight >= least else { continue }
        // (y + ix) = (p + iq)·(down + i·across).
        real += top.weight * (top.y * p + top.x * q)
        imaginary += top.weight * (top.x * p - top.y * q)
        weight += top.weight * (p * p + q * q)
        highest = max(highest, max(i, abs(j)))
      }
    }
    return weight > 0 ? (real / weight, imaginary / weight, highest) : nil
  }

  /// Where a bin or one of its neighbours stands out most, refined by parabolas through three logarithms.
  private func top(near y: Double, _ x: Double) -> (y: Double, x: Double, weight: Double) {
    let (row, column) = (Int((y * Double(side)).rounded()), Int((x * Double(side)).rounded()))
    func at(_ y: Int, _ x: Int) -> Double {
      Double(logarithms[(y + 2 * side) % side * side + (x + 2 * side) % side])
    }
    var best = (row, column)
    for dy in -1...1 {
      for dx in -1...1 where at(row + dy, column + dx) > at(best.0, best.1) { best = (row + dy, column + dx) }
    }
    let centre = at(best.0, best.1)
    func offset(_ left: Double, _ right: Double) -> Double {
      let curvature = left - 2 * centre + right
      return curvature < 0 ? min(0.5, max(-0.5, 0.5 * (left - right) / curvature)) : 0
    }
    let fine = (
      Double(best.0) + offset(at(best.0 - 1, best.1), at(best.0 + 1, best.1)),
      Double(best.1) + offset(at(best.0, best.1 - 1), at(best.0, best.1 + 1))
    )
    return (fine.0 / Double(side), fine.1 / Double(side), centre)
  }

  /// Whether the lattice's crossings have any power in detail that was not evened: lines that are ruled along both axes
  /// add up and leave none there, while evening makes some.
  static func hasCrossings(_ grid: MovedGrid, in detail: Tensor) -> Bool {
    guard let spectrum = power(of: detail) else { return false }
    let side = spectrum.side
    let turn = grid.turn * .pi / 180
    let (down, across) = (cos(turn) / grid.period, sin(turn) / grid.period)
    var (axes, crossings) = (Float(0), Float(0))
    for i in 0...harmonics {
      for j in -harmonics...harmonics where i > 0 || j > 0 {
        let (y, x) = (Double(i) * down - Double(j) * across, Double(i) * across + Double(j) * down)
        guard abs(y) <= 0.5, abs(x) <= 0.5 else { continue }
        let (row, column) = (Int((y * Double(side)).rounded()), Int((x * Double(side)).rounded()))
        var power: Float = 0
        for dy in -1...1 { for dx in -1...1 { power = max(power, spectrum(row + dy, column + dx)) } }
        if i == 0 || j == 0 { axes = max(axes, power) } else { crossings = max(crossings, power) }
      }
    }
    return crossings >= 0.02 * axes
  }
}

extension MovedGridSearch {
  /// ln(P/S) of the whole plane: S is the mean of a ring 3 ≤ max|Δk| ≤ 6 or of its row or column, the greatest.
  private static func logarithms(of spectrum: Power) -> [Float] {
    let (side, power) = (spectrum.side, spectrum.values)
    let (rows5, rows13) = (summed(power, side, reach: 2, down: false), summed(power, side, reach: 6, down: false))
    let (columns5, columns13) = (summed(power, side, reach: 2, down: true), summed(power, side, reach: 6, down: true))
    let (box5, box13) = (summed(rows5, side, reach: 2, down: true), summed(rows13, side, reach: 6, down: true))
    return power.indices.map { index in
      let ring = (box13[index] - box5[index]) / (169 - 25)
      let lines = max(rows13[index] - rows5[index], columns13[index] - columns5[index]) / 8
      let surroundings = max(ring, lines)
      return surroundings > 0 ? max(-12, logf(max(power[index], 1e-30) / surroundings)) : 0
    }
  }

  /// Sums over 2·reach + 1 neighbours along one axis, around the edges.
  private static func summed(_ values: [Float], _ side: Int, reach: Int, down: Bool) -> [Float] {
    var sums = [Float](repeating: 0, count: values.count)
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for y in 0..<side {
          for k in -reach...reach {
            if down {
              let row = (y + k + side) % side * side
              for x in 0..<side { sums[y * side + x] += values[row + x] }
            } else {
              let start = max(0, -k)
              for x in start..<min(side, side - k) { sums[y * side + x] += values[y * side + x + k] }
              for x in 0..<start { sums[y * side + x] += values[y * side + x + k + side] }
              for x in min(side, side - k)..<side { sums[y * side + x] += values[y * side + x + k - side] }
            }
          }
        }
      }
    }
    return sums
  }

  /// The greatest of 3×3 neighbours.
  private static func widened(_ values: [Float], side: Int) -> [Float] {
    func along(_ values: [Float], _ other: (_ y: Int, _ x: Int, _ k: Int) -> Int) -> [Float] {
      var result = values
      for y in 0..<side {
        for x in 0..<side {
          result[y * side + x] = max(values[y * side + x], values[other(y, x, 1)], values[other(y, x, side - 1)])
        }
      }
      return result
    }
    let rows = along(values) { y, x, k in y * side + (x + k) % side }
    return along(rows) { y, x, k in (y + k) % side * side + x }
  }
}
