import GinghamTensors

/// A square lattice of pixels: every `period`-th one along both axes.
///
/// It parts a map into period² **phases** (y mod S, x mod S), and owns the spatial frequencies (m₁/S, m₂/S). A
/// frequency's **exact period** is S/gcd(m₁, m₂, S); the frequencies of one exact period form a **band**, which belongs
/// to the layer at which the cumulative stride becomes a multiple of that period.
///
/// Signals have one axis: the lattice of a **line** is every `period`-th sample. It has S phases, and its frequencies are
/// the multiples of 1/S.
public struct Lattice: Hashable, Sendable, Codable {
  /// In pixels, or samples.
  public let period: Int
  /// Whether it repeats along columns only.
  public let isLine: Bool

  /// - Parameter isLine: whether it is one of maps with a single row.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)`` outside 2…1024.
  public init(period: Int, isLine: Bool = false) throws {
    guard (2...1024).contains(period) else {
      throw ArtifactError.badPeriod(period, why: "it must lie in 2…1024")
    }
    (self.period, self.isLine) = (period, isLine)
  }

  /// For periods that are known to be at least 1. A lattice of 1 is what a net without strides has: one phase, no bands.
  package init(unchecked period: Int, isLine: Bool = false) {
    (self.period, self.isLine) = (max(1, period), isLine)
  }

  /// Rows that its phases stand in: ``period``, of a line 1.
  public var rows: Int { isLine ? 1 : period }

  /// How many phases there are.
  public var phaseCount: Int { rows * period }

  /// How many frequencies of a period-P lattice have the exact period P: Jordan's totient J₂(P) = P²·Π(1 − 1/q²) over
  /// the primes q of P. 3 for 2, 8 for 3, 12 for 4. Of a line Euler's totient P·Π(1 − 1/q): 1 for 2, 2 for 3 and 4.
  public static func bandSize(ofPeriod period: Int, isLine: Bool = false) -> Int {
    func power(_ number: Int) -> Int { isLine ? number : number * number }
    var (size, rest, prime) = (power(period), period, 2)
    while prime * prime <= rest {
      if rest.isMultiple(of: prime) {
        size -= size / power(prime)
        while rest.isMultiple(of: prime) { rest /= prime }
      }
      prime += 1
    }
    return rest > 1 ? size - size / power(rest) : size
  }

  /// Periods that are looked at where nobody names any: those of strides that are powers of two.
  public static let usualPeriods = [2, 4, 8, 16, 32]

  /// The largest part of a map of a size that holds whole lattices.
  func crop(height: Int, width: Int) -> (rows: Int, columns: Int) {
    (height - height % rows, width - width % period)
  }

  /// Calls `body` with each pixel's place in memory and its phase, row-major S×S (of a line 1×S), row by row.
  ///
  /// - Parameters:
  ///   - rows, columns: the part of the map that is walked, from pixel (0, 0) on, which lies on phase 0.
  ///   - pitch: elements from a row to the next.
  ///   - start: where pixel (0, 0) stands.
  @inlinable
  public func forEachPixel(
    rows: Int, columns: Int, pitch: Int, from start: Int = 0, _ body: (_ index: Int, _ phase: Int) -> Void
  ) {
    for y in 0..<rows {
      let (line, row) = (start + y * pitch, y % self.rows * period)
      for x in 0..<columns { body(line + x, row + x % period) }
    }
  }

  /// The periods of the bands of this lattice: the divisors of `period` above 1, ascending.
  public var bandPeriods: [Int] { (1...period).filter { $0 > 1 && period.isMultiple(of: $0) } }

  /// The exact period of frequency (row/S, column/S); 1 for the mean.
  public func exactPeriod(row: Int, column: Int) -> Int {
    period / greatestCommonDivisor(greatestCommonDivisor(row, column), period)
  }

  /// Periods to compare with that share no factor with any of `periods`, so that no layer could have caused them:
  /// 3, 5 and 7 beside strides that are powers of two.
  public static func controls(for periods: [Int], count: Int = 3) -> [Int] {
    var found: [Int] = []
    var candidate = 3
    while found.count < count, candidate < 1000 {
      let sharesNone = periods.allSatisfy { greatestCommonDivisor($0, candidate) == 1 }
      if sharesNone, found.allSatisfy({ greatestCommonDivisor($0, candidate) == 1 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }

  /// The control that lies nearest to `period` (the smaller of two), at least 3: frequencies next to those of the
  /// band, since the power of natural pictures falls steeply with frequency.
  public static func nearestControl(to period: Int, among periods: [Int]) -> Int {
    for distance in 1... {
      for candidate in [period - distance, period + distance] where candidate >= 3 {
        if (periods + [period]).allSatisfy({ greatestCommonDivisor($0, candidate) == 1 }) { return candidate }
      }
    }
    return 3
  }
}
