import GinghamLattices
import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How far the colours of two sets lie apart, and how often chance would set them as far apart: pictures are dealt anew
/// to the two sets and the distance taken again (a permutation test), so that sets of very different pictures do not
/// count as different by themselves.
public struct ColourDistance: Hashable, Sendable {
  /// What about colours may differ.
  public enum Aspect: String, Hashable, Sendable, CaseIterable, Codable {
    /// Circular earth mover's distance of hue histograms, in degrees.
    case hue
    /// Earth mover's distance of lightness histograms, in units of L*.
    case brightness
    /// |log₂| of the ratio of the median deviations of L*.
    case contrast
    /// Earth mover's distance of chroma histograms, in units of C*.
    case saturation
    /// Distance of the mean tints in the plane of a* and b*.
    case cast
  }

  /// How far a set is from another in one aspect.
  public struct Difference: Hashable, Sendable {
    /// What differs.
    public let aspect: Aspect
    /// In the aspect's own unit.
    public let distance: Double
    /// Set less reference: degrees of hue turned, L*, log₂ of contrast, C*, and of a cast the hue it leans to, 0…360°.
    public let shift: Double
    /// Share of the dealings that come as far apart; one over their number plus one at least.
    public let chance: Double
    /// Of hue: the distance that is left where the set's red and blue are exchanged; `nil` of the other aspects.
    public let exchanged: Double?
  }

  /// One an aspect.
  public let differences: [Difference]

  /// Fewer pictures in a set cannot be told from chance.
  public static let fewestPictures = 3

  /// `nil` where a set has fewer than three pictures.
  public init?(
    of set: [ColourStatistics], from reference: [ColourStatistics], dealings: Int = 999, seed: UInt64 = 0
  ) {
    guard min(set.count, reference.count) >= ColourDistance.fewestPictures else { return nil }
    let all = set + reference
    let members = ColourDistance.Sets(all)
    let own = Array(0..<set.count)
    let found = members.distances(own)
    var exceeded = [Int](repeating: 0, count: Aspect.allCases.count)
    let words = BitSequence(seed: seed, name: "colour dealings")
    var (order, word) = (Array(all.indices), 0)
    for _ in 0..<dealings {
      for place in 0..<set.count {
        order.swapAt(place, place + words.integer(word, below: all.count - place))
        word += 1
      }
      let distances = members.distances(Array(order[..<set.count]))
      for index in exceeded.indices where distances[index] >= found[index] - 1e-12 { exceeded[index] += 1 }
    }
    let shifts = members.shifts(own)
    differences = Aspect.allCases.enumerated().map { index, aspect in
      Difference(
        aspect: aspect, distance: found[index], shift: shifts[index],
        chance: Double(exceeded[index] + 1) / Double(dealings + 1),
        exchanged: aspect == .hue ? ColourDistance.exchangedHue(of: set, from: reference) : nil)
    }
  }

  /// How far hues lie apart once the set's red and blue are exchanged: where channels were in another order, this is what
  /// the subjects differ by.
  private static func exchangedHue(of set: [ColourStatistics], from reference: [ColourStatistics]) -> Double {
    func mean(_ pictures: [ColourStatistics], _ histogram: (ColourStatistics) -> [Double]) -> [Double] {
      let sums = pictures.map(histogram).reduce([Double](repeating: 0, count: ColourStatistics.hueBins)) {
        zip($0, $1).map(+)
      }
      let total = sums.reduce(0, +)
      return total > 0 ? sums.map { $0 / total } : sums.map { _ in 1 / Double(sums.count) }
    }
    return circular(
      mean(set) { picture in picture.exchangedHue.map { $0 * picture.exchangedChroma } },
      mean(reference) { picture in picture.hue.map { $0 * picture.meanChroma } },
      binWidth: 360 / Double(ColourStatistics.hueBins))
  }

  /// Σ|D − median D| times the bin's width, D the difference of the cumulated histograms: the least work that turns one
  /// into the other on a circle (Werman et al. 1986). Both must sum to 1.
  static func circular(_ a: [Double], _ b: [Double], binWidth: Double) -> Double {
    let cumulated = cumulatedDifference(a, b)
    let middle = median(cumulated)
    return cumulated.reduce(0) { $0 + abs($1 - middle) } * binWidth
  }

  /// The same on a line.
  static func linear(_ a: [Double], _ b: [Double], binWidth: Double) -> Double {
    cumulatedDifference(a, b).reduce(0) { $0 + abs($1) } * binWidth
  }

  private static func cumulatedDifference(_ a: [Double], _ b: [Double]) -> [Double] {
    var sum = 0.0
    return zip(a, b).map { first, second in
      sum += first - second
      return sum
    }
  }

  /// All pictures of both sets, and sums over some of them.
  private struct Sets {
    private let pictures: [ColourStatistics]

    init(_ pictures: [ColourStatistics]) {
      self.pictures = pictures
    }

    private func split(_ chosen: [Int]) -> (in: [ColourStatistics], out: [ColourStatistics]) {
      var isIn = [Bool](repeating: false, count: pictures.count)
      for index in chosen { isIn[index] = true }
      return (
        pictures.indices.filter { isIn[$0] }.map { pictures[$0] },
        pictures.indices.filter { !isIn[$0] }.map { pictures[$0] }
      )
    }

    private func mean(_ set: [ColourStatistics], _ histogram: (ColourStatistics) -> [Double]) -> [Double] {
      var sum = histogram(set[0])
      for picture in set.dropFirst() {
        let values = histogram(picture)
        for bin in sum.indices { sum[bin] += values[bin] }
      }
      let total = sum.reduce(0, +)
      return total > 0 ? sum.map { $0 / total } : sum.map { _ in 1 / Double(sum.count) }
    }

    /// Hue weighs each picture by its chroma: a nearly grey one has no say.
    private func hue(_ set: [ColourStatistics]) -> [Double] {
      mean(set) { picture in picture.hue.map { $0 * picture.meanChroma } }
    }

    func distances(_ chosen: [Int]) -> [Double] {
      let (a, b) = split(chosen)
      return [
        ColourDistance.circular(hue(a), hue(b), binWidth: 360 / Double(ColourStatistics.hueBins)),
        ColourDistance.linear(mean(a, \.lightness), mean(b, \.lightness), binWidth: ColourStatistics.binWidth),
        abs(contrast(a, b)),
        ColourDistance.linear(mean(a, \.chroma), mean(b, \.chroma), binWidth: ColourStatistics.binWidth),
        (cast(a, b) * cast(a, b)).sum().squareRoot(),
      ]
    }

    func shifts(_ chosen: [Int]) -> [Double] {
      let (a, b) = split(chosen)
      func difference(_ value: (ColourStatistics) -> Double) -> Double {
        a.map(value).mean - b.map(value).mean
      }
      let cast = cast(a, b)
      let direction = atan2(cast.y, cast.x) * 180 / Double.pi
      return [
        turn(hue(a), hue(b)), difference(\.meanLightness), contrast(a, b), difference(\.meanChroma),
        direction < 0 ? direction + 360 : direction,
      ]
    }

    private func cast(_ a: [ColourStatistics], _ b: [ColourStatistics]) -> SIMD2<Double> {
      func mean(_ set: [ColourStatistics]) -> SIMD2<Double> {
        set.reduce(SIMD2<Double>.zero) { $0 + $1.meanTint } / Double(set.count)
      }
      return mean(a) - mean(b)
    }

    private func contrast(_ a: [ColourStatistics], _ b: [ColourStatistics]) -> Double {
      log2((median(a.map(\.contrast)) + 0.1) / (median(b.map(\.contrast)) + 0.1))
    }

    /// The turn in degrees, −180…180, after which the second histogram comes closest to the first.
    private func turn(_ a: [Double], _ b: [Double]) -> Double {
      let count = b.count
      let width = 360 / Double(count)
      let best = (0..<count).min { left, right in
        func rest(_ step: Int) -> Double {
          ColourDistance.circular(a, (0..<count).map { b[($0 + count - step) % count] }, binWidth: width)
        }
        return rest(left) < rest(right)
      }
      let step = best ?? 0
      return Double(2 * step > count ? step - count : step) * width
    }
  }
}
