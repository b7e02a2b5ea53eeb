import GinghamSignals
import GinghamTensors

/// What a map is like beside its lattices: by it rules on paper, pages of text and dithered colours are told from
/// photographs with a grid painted over.
struct PictureSurface: Sendable {
  /// Median over squares of ``square`` pixels of the finest detail's mean square, in the map's units squared.
  let localPower: Double
  /// Between the quartiles of these squares' means: paper is one colour.
  let spread: Double
  /// Of cells of 4×4 pixels that are exactly one value, white and black as well.
  let blankShare: Double
  /// Of the squares, those with a cell of exactly the map's commonest value beside a cell that is not plain: pages are
  /// blank between what is drawn, all over; none where that value is 0, as around what is lit.
  let pageShare: Double
  /// See ``AxisLines``.
  let strongestLine: Double
  /// One of 255 levels, in the map's units.
  let level: Double
  /// Whether all values are whole levels of 255, as files of 8 bits have them.
  let isRounded: Bool
  /// `nil` where the map takes most values between its extremes.
  let dither: OrderedDither?

  /// Whether it is a page, a drawing or a ramp, which have lattices of any pitch without layers.
  var isDrawn: Bool {
    blankShare >= 0.3 || pageShare >= 0.3 || dither != nil
      || isRounded && localPower.squareRoot() < Self.roundingDeviation * level
  }

  /// In levels; rounding alone has 1/√12.
  private static let roundingDeviation = 0.45

  static let square = 16

  /// - Parameters:
  ///   - detail: the map's finest high-passed map, and the same evened.
  ///   - periods: of the lattices that are measured.
  init(of map: Plane, detail: Tensor, evened: Tensor, periods: [Int]) {
    let (height, width) = (detail.shape[0], detail.shape[1])
    localPower = detail.withUnsafeBufferPointer { values in
      median(
        Self.means(height: height, width: width) { Double(values[$0]) * Double(values[$0]) })
    }
    let means = Self.means(height: map.height, width: map.width) { map.values[$0] }.sorted()
    spread = means[3 * (means.count - 1) / 4] - means[(means.count - 1) / 4]
    blankShare = map.plainShare(ofCells: 4, countingEnds: true)
    pageShare = map.pageShare(ofCells: 4, in: Self.square)
    strongestLine = AxisLines.strongest(in: evened, besides: periods)
    level = EvenedDetail.level(of: map)
    isRounded = map.values.allSatisfy { abs(255 * $0 - (255 * $0).rounded()) < 1e-3 }
    dither = OrderedDither(in: map)
  }

  /// Means over whole squares; of maps smaller than one over the map.
  private static func means(height: Int, width: Int, of value: (Int) -> Double) -> [Double] {
    let (tall, wide) = (min(square, height), min(square, width))
    guard tall > 0, wide > 0 else { return [0] }
    var sums = [Double](repeating: 0, count: (height / tall) * (width / wide))
    for y in 0..<(height / tall * tall) {
      for x in 0..<(width / wide * wide) { sums[y / tall * (width / wide) + x / wide] += value(y * width + x) }
    }
    return sums.map { $0 / Double(tall * wide) }
  }
}

/// Narrow lines in the spectra of a map's mean row and mean column: what rules, lines of text and tables leave there at
/// every multiple of their pitch. Photographs leave none.
enum AxisLines {
  /// Power over the line's surroundings, from which on it is one.
  private static let least = 40.0

  /// The strongest line at a frequency that no lattice has, as a share of the map's variance; 0 where there is none.
  ///
  /// - Parameter periods: of lattices, whose own frequencies do not count.
  static func strongest(in map: Tensor, besides periods: [Int]) -> Double {
    let (height, width) = (map.shape[0], map.shape[1])
    var (rows, columns) = ([Double](repeating: 0, count: height), [Double](repeating: 0, count: width))
    var (sum, squares) = (0.0, 0.0)
    map.withUnsafeBufferPointer { values in
      for y in 0..<height {
        for x in 0..<width {
          let value = Double(values[y * width + x])
          rows[y] += value / Double(width)
          columns[x] += value / Double(height)
          sum += value
          squares += value * value
        }
      }
    }
    let count = Double(max(height * width, 1))
    let variance = squares / count - sum * sum / (count * count)
    guard variance > 0 else { return 0 }
    return max(strongest(inProfile: rows, besides: periods), strongest(inProfile: columns, besides: periods)) / variance
  }

  /// What stands around a line, on the side that has more of it: spectra of detail fall steeply towards low frequencies.
  /// Lines of a long pitch stand in each other's surroundings, so it is the lower quartile, which of exponential powers is
  /// 0.29 of their mean.
  private static func quarter(_ powers: [Double]) -> Double { powers.sorted()[powers.count / 4] / 0.29 }

  private static let beside = 3...16

  private static func strongest(inProfile profile: [Double], besides periods: [Int]) -> Double {
    let count = FourierTransform.fastLength(atMost: max(1, profile.count))
    guard count >= 32 else { return 0 }
    let spectrum = WindowedSpectrum.powers(ofLine: Array(profile.prefix(count)))
    let last = spectrum.count - 1
    /// Beyond either end the spectrum is its own mirror image.
    func power(_ bin: Int) -> Double { spectrum[bin > last ? 2 * last - bin : abs(bin)] }
    var best = 0.0
    for bin in 4...last {
      let centre = power(bin)
      guard centre > best, centre >= power(bin - 1), centre >= power(bin + 1) else { continue }
      let isOfLattice = periods.contains { period in
        let turns = Double(bin * period) / Double(count)
        return abs(turns - turns.rounded()) * Double(count) / Double(period) <= 1.51
      }
      let surroundings = max(Self.quarter(beside.map { power(bin - $0) }), Self.quarter(beside.map { power(bin + $0) }))
      if !isOfLattice, centre > least * surroundings { best = centre - surroundings }
    }
    return best
  }
}

/// A picture of few levels, neighbours of which are mixed in a fixed order of thresholds (Bayer 1973).
struct OrderedDither: Hashable, Sendable {
  /// From a level to the next, in levels of 255.
  let step: Double

  /// `nil` where most of 255 levels occur, or hardly any cell of 4×4 mixes two neighbouring levels: pixels in 0…1 only.
  init?(in map: Plane) {
    var counts = [Int](repeating: 0, count: 256)
    for value in map.values {
      guard value >= 0, value <= 1 else { return nil }
      counts[Int((255 * value).rounded())] += 1
    }
    // What hardly any pixel has may be noise of a file or an edge.
    let levels = counts.indices.filter { counts[$0] * 2000 > map.values.count }
    let gaps = zip(levels.dropFirst(), levels).map { $0 - $1 }
    guard
      let commonest = Dictionary(grouping: gaps, by: { $0 }).max(by: {
        ($0.value.count, $0.key) < ($1.value.count, $1.key)
      })?.key,
      commonest >= Self.leastStep
    else { return nil }
    // Levels of a palette of equal steps may be rounded up or down, be left out, or clipped at the ends.
    let even = gaps.count { gap in
      let steps = (Double(gap) / Double(commonest)).rounded()
      return steps >= 1 && abs(Double(gap) - steps * Double(commonest)) <= steps
    }
    guard Double(even) >= Self.leastEven * Double(gaps.count) else { return nil }
    step = Double(commonest)
    guard map.mixedShare(ofCells: 4, step: step) >= Self.leastMixed else { return nil }
  }

  private static let leastStep = 3
  private static let leastEven = 0.8
  private static let leastMixed = 0.02
}

extension Plane {
  /// Share of squares that hold a cell P×P of the commonest value beside one that is not plain.
  fileprivate func pageShare(ofCells period: Int, in square: Int) -> Double {
    guard height >= square, width >= square, lies(within: 0...1) else { return 0 }
    // As fine as 16 bits.
    var counts = [Int](repeating: 0, count: 65536)
    for value in values { counts[Int((65535 * value).rounded())] += 1 }
    let paper = counts.indices.max { counts[$0] < counts[$1] } ?? 0
    guard paper != 0 else { return 0 }
    var mixed = 0
    for top in stride(from: 0, through: height - square, by: square) {
      for left in stride(from: 0, through: width - square, by: square) {
        var (isBlank, isDrawn) = (false, false)
        for row in stride(from: top, to: top + square, by: period) {
          for column in stride(from: left, to: left + square, by: period) {
            let first = self[row, column]
            let isPlain = (row..<(row + period)).allSatisfy { y in
              (column..<(column + period)).allSatisfy { self[y, $0] == first }
            }
            if !isPlain { isDrawn = true } else if Int((65535 * first).rounded()) == paper { isBlank = true }
          }
        }
        if isBlank, isDrawn { mixed += 1 }
      }
    }
    return Double(mixed) / Double((height / square) * (width / square))
  }

  /// Share of the cells P×P that hold two values a step of 255 levels apart, and no others, mixed along both axes.
  fileprivate func mixedShare(ofCells period: Int, step: Double) -> Double {
    let (rows, columns) = (height / period, width / period)
    guard rows > 0, columns > 0 else { return 0 }
    var patterns: [Int: Int] = [:]
    for row in 0..<rows {
      for column in 0..<columns {
        var (low, high) = (Double.infinity, -Double.infinity)
        var isMixed = true
        for y in 0..<period {
          for x in 0..<period {
            let value = 255 * self[row * period + y, column * period + x]
            (low, high) = (min(low, value), max(high, value))
          }
        }
        guard abs(high - low - step) <= 1.01 else { continue }
        var (isAcross, isDown, raised) = (false, false, 0)
        for y in 0..<period {
          for x in 0..<period {
            let value = 255 * self[row * period + y, column * period + x]
            isMixed = isMixed && min(value - low, high - value) < 0.5
            if high - value < 0.5 { raised += 1 }
            isAcross = isAcross || value != 255 * self[row * period + y, column * period]
            isDown = isDown || value != 255 * self[row * period, column * period + x]
          }
        }
        isMixed = isMixed && isAcross && isDown
        if isMixed { patterns[raised, default: 0] += 1 }
      }
    }
    // One pattern everywhere is a grid.
    let mixed = patterns.values.reduce(0, +)
    guard patterns.values.count(where: { 20 * $0 >= mixed }) >= 3 else { return 0 }
    return Double(mixed) / Double(rows * columns)
  }
}
