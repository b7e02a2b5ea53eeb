#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Local maxima of a windowed spectrum that stand above their surroundings.
struct PeakList {
  struct Peak {
    /// Cycles a pixel, refined below one bin.
    var fy: Double
    var fx: Double
    /// Above the surroundings, in units of the map's variance.
    var power: Double
    var ratio: Double
  }

  let height: Int
  let width: Int
  let peaks: [Peak]

  init(of spectrum: WindowedSpectrum, threshold: Double, longestPeriod: Double) {
    let (height, width) = (spectrum.height, spectrum.width)
    (self.height, self.width) = (height, width)
    let half = width / 2
    func at(_ y: Int, _ x: Int) -> Double { spectrum.power(y, x) }
    func signed(_ k: Int, _ count: Int) -> Int { 2 * k > count ? k - count : k }
    var found: [Peak] = []
    for x in 0...half {
      for y in 0..<height {
        let (ky, kx) = (signed(y, height), signed(x, width))
        // On the columns that mirror themselves one of the two images is enough.
        if x == 0 || 2 * x == width, ky < 0 { continue }
        let (fy, fx) = (Double(ky) / Double(height), Double(kx) / Double(width))
        guard max(abs(fy), abs(fx)) > 0.5 / longestPeriod, max(abs(ky), abs(kx)) > 3 else { continue }
        let centre = at(y, x)
        guard (-1...1).allSatisfy({ dy in (-1...1).allSatisfy { at(y + dy, x + $0) <= centre } }) else { continue }
        let surroundings =
          height == 1 ? PeakList.surroundings { at(0, x + $0) } : PeakList.surroundings { at(y + $0, x + $1) }
        guard surroundings > 0, centre >= threshold * surroundings else { continue }
        found.append(
          Peak(
            fy: fy + PeakList.offset(at(y - 1, x), centre, at(y + 1, x)) / Double(height),
            fx: fx + PeakList.offset(at(y, x - 1), centre, at(y, x + 1)) / Double(width),
            power: centre - surroundings, ratio: centre / surroundings))
      }
    }
    peaks = found
  }

  /// Mean power around a bin, outside the window's main lobe. Pictures concentrate power in lines along the axes: the
  /// line a bin lies on counts by itself, and the largest of the three means is taken.
  private static func surroundings(_ power: (Int, Int) -> Double) -> Double {
    var (ring, count, row, column) = (0.0, 0.0, 0.0, 0.0)
    for dy in -6...6 {
      for dx in -6...6 where max(abs(dy), abs(dx)) >= 3 {
        let value = power(dy, dx)
        ring += value
        count += 1
        if dy == 0 { row += value / 8 }
        if dx == 0 { column += value / 8 }
      }
    }
    return max(ring / count, row, column)
  }

  /// The same of a line.
  private static func surroundings(_ power: (Int) -> Double) -> Double {
    (3...20).reduce(0) { $0 + power($1) + power(-$1) } / 36
  }

  /// Where between −½ and ½ the parabola through three logarithms has its top.
  private static func offset(_ left: Double, _ centre: Double, _ right: Double) -> Double {
    let (a, b, c) = (log(left + 1e-300), log(centre + 1e-300), log(right + 1e-300))
    let curvature = a - 2 * b + c
    return curvature < 0 ? min(0.5, max(-0.5, 0.5 * (a - c) / curvature)) : 0
  }
}
