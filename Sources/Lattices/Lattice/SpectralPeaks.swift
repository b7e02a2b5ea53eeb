import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How far the lattice frequencies of a map stand above their surroundings in the power spectrum.
///
/// R(k₀) = P(k₀) / mean of P over the ring 2 ≤ max|Δk| ≤ 3, of a line 2 ≤ |Δk| ≤ 20, which are as many bins, without
/// lattice, DC and low-frequency ones. Where the
/// spectrum is locally flat R follows F(2, 2M) with M independent ring bins, and F(1, 2M) where k₀ is its own mirror
/// image: a real coefficient has one degree of freedom.
public struct SpectralPeaks: Hashable, Sendable, Codable {
  /// A frequency of the lattice.
  public struct Peak: Hashable, Sendable, Codable {
    /// The frequency in units of 1/S.
    public let row: Int
    /// The same across.
    public let column: Int
    /// In pixels: the least with which it repeats.
    public let exactPeriod: Int
    /// At the frequency.
    public let power: Double
    /// Mean power of the ring around it.
    public let surroundings: Double
    /// Independent bins of the ring.
    public let ringCount: Int
    /// Whether it is its own mirror image, as frequencies of a half are.
    public let isSelfConjugate: Bool

    /// R(k₀); 0 where neither peak nor surroundings have power.
    public var ratio: Double { surroundings > 0 ? power / surroundings : power > 0 ? .infinity : 0 }

    /// The chance of a ratio this high where nothing but a locally flat spectrum stands: the upper tail of F(2, 2M) or
    /// F(1, 2M).
    public var chance: Double { chance(of: ratio) }

    /// The chance of any other ratio at the same frequency.
    func chance(of ratio: Double) -> Double {
      isSelfConjugate
        ? FDistribution.upperTailOfOne(ratio, denominator: 2 * ringCount)
        : FDistribution.upperTailOfTwo(ratio, denominator: 2 * ringCount)
    }

    /// With power and surroundings in other units.
    func scaled(by factor: Double) -> Peak {
      Peak(
        row: row, column: column, exactPeriod: exactPeriod, power: power * factor, surroundings: surroundings * factor,
        ringCount: ringCount, isSelfConjugate: isSelfConjugate)
    }
  }

  /// Of one half plane: a frequency and its mirror image are one peak. Powers are in units of the map's variance
  /// times its pixel count, so that maps of a set can be added.
  public let peaks: [Peak]

  /// Of the map cropped to a multiple of the period. No peaks where the map is constant or holds one period only.
  public init(of map: Plane, lattice: Lattice) {
    let cropped = map.cropped(toMultipleOf: lattice.period)
    let variance = cropped.variance
    guard cropped.height > 0, cropped.width > 0, variance > 0 else {
      self.init(peaks: [])
      return
    }
    self.init(in: HalfSpectrum(of: cropped), variance: variance, lattice: lattice)
  }

  /// Of a spectrum whose sides are multiples of the period, in units of `variance` times the pixel count.
  init(in spectrum: HalfSpectrum, variance: Double, lattice: Lattice) {
    let count = Double(spectrum.height * spectrum.width)
    peaks =
      variance > 0
      ? SpectralPeaks.peaks(in: spectrum, lattice: lattice, scale: 1 / (variance * count * count)) : []
  }

  init(peaks: [Peak]) {
    self.peaks = peaks
  }

  private static func peaks(in spectrum: HalfSpectrum, lattice: Lattice, scale: Double) -> [Peak] {
    let period = lattice.period
    let (stepY, stepX) = (spectrum.height / lattice.rows, spectrum.width / period)
    var peaks: [Peak] = []
    let (down, across) = lattice.isLine ? (0, 20) : (3, 3)
    // Signed frequencies of the rings' bins, which reach beyond either end.
    let rows = (-down..<(spectrum.height + down)).map(spectrum.signedRow)
    let columns = (-across..<(spectrum.width + across)).map(spectrum.signedColumn)
    for column in 0...(period / 2) {
      let ownColumn = column == 0 || 2 * column == period
      for row in 0..<lattice.rows {
        if row == 0, column == 0 { continue }
        // On its own mirror column a frequency and its image both appear: keep one.
        if ownColumn, 2 * row > period { continue }
        let (y, x) = (row * stepY, column * stepX)
        var (sum, count) = (0.0, 0)
        let isSelfConjugate = ownColumn && (row == 0 || 2 * row == period)
        for dy in (isSelfConjugate ? 0 : -down)...down {
          let ky = rows[y + dy + down]
          let (onLatticeRow, isSlowRow) = (ky.isMultiple(of: stepY), 2 * abs(ky) < stepY)
          for dx in -across...across where max(abs(dy), abs(dx)) >= 2 {
            // The ring of a self-conjugate bin is its own mirror image: half of it is independent.
            if isSelfConjugate, dy == 0, dx < 0 { continue }
            let kx = columns[x + dx + across]
            if onLatticeRow, kx.isMultiple(of: stepX) { continue }
            if isSlowRow, 2 * abs(kx) < stepX { continue }
            sum += spectrum.power(signedRow: ky, column: kx)
            count += 1
          }
        }
        guard count > 0 else { continue }
        peaks.append(
          Peak(
            row: row, column: column, exactPeriod: lattice.exactPeriod(row: row, column: column),
            power: spectrum.power(y, x) * scale, surroundings: sum / Double(count) * scale, ringCount: count,
            isSelfConjugate: isSelfConjugate))
      }
    }
    return peaks
  }

  /// The peaks of a band, their frequencies in units of 1/P: the same whatever multiple of P the lattice's period was.
  func band(_ period: Int, of lattice: Lattice) -> SpectralPeaks {
    let step = max(1, lattice.period / period)
    return SpectralPeaks(
      peaks: peaks.filter { $0.exactPeriod == period }.map {
        Peak(
          row: $0.row / step, column: $0.column / step, exactPeriod: period, power: $0.power,
          surroundings: $0.surroundings, ringCount: $0.ringCount, isSelfConjugate: $0.isSelfConjugate)
      })
  }

  /// Power above the surroundings of all frequencies together, mirror images counted.
  var excess: Double {
    peaks.reduce(0) { $0 + max(0, $1.power - $1.surroundings) * ($1.isSelfConjugate ? 1 : 2) }
  }

  /// In other units.
  func scaled(by factor: Double) -> SpectralPeaks {
    factor == 1 ? self : SpectralPeaks(peaks: peaks.map { $0.scaled(by: factor) })
  }

  /// The highest peak of a band.
  public func highest(ofBand period: Int) -> Peak? {
    peaks.filter { $0.exactPeriod == period }.max { $0.ratio < $1.ratio }
  }

  /// The geometric mean over a band's frequencies of power over surroundings, in dB: about −2.5 where the spectrum is
  /// locally flat, whose powers are exponential. One frequency that something else fills counts as one of many.
  func evenDecibels(ofBand period: Int) -> Double? {
    Self.evenDecibels(of: peaks.filter { $0.exactPeriod == period })
  }

  /// The same of those of its frequencies that lie on one axis, the axis that has more: stripes leave all others as they
  /// were.
  func axisDecibels(ofBand period: Int) -> Double? {
    let band = peaks.filter { $0.exactPeriod == period }
    return [band.filter { $0.column == 0 }, band.filter { $0.row == 0 }].compactMap(Self.evenDecibels).max()
  }

  private static func evenDecibels(of peaks: [Peak]) -> Double? {
    let band = peaks.filter { $0.surroundings > 0 }
    guard !band.isEmpty else { return nil }
    return band.reduce(0) { $0 + 10 * log10(max($1.ratio, 1e-3)) } / Double(band.count)
  }

  /// The same frequencies of several maps with powers and surroundings added: texture averages out, what is locked to
  /// the lattice stays. All maps must have been taken on one lattice; peaks that some maps lack are left out.
  public static func pooled(_ maps: [SpectralPeaks]) -> SpectralPeaks {
    var pool = SpectralPeakPool()
    for map in maps { pool.add(map) }
    return pool.peaks
  }
}

/// Peaks of several maps while they are gathered.
struct SpectralPeakPool: Sendable, Codable {
  private struct Sum: Sendable, Codable {
    var peak: SpectralPeaks.Peak
    var maps: Int
  }

  private var sums: [Int: Sum] = [:]
  private(set) var mapCount = 0

  /// Adds what another pool has gathered.
  mutating func add(_ other: SpectralPeakPool) {
    mapCount += other.mapCount
    for (key, part) in other.sums { add(part.peak, key: key, maps: part.maps) }
  }

  mutating func add(_ map: SpectralPeaks) {
    mapCount += 1
    for peak in map.peaks { add(peak, key: peak.row << 16 | peak.column, maps: 1) }
  }

  private mutating func add(_ peak: SpectralPeaks.Peak, key: Int, maps: Int) {
    guard let known = sums[key] else {
      sums[key] = Sum(peak: peak, maps: maps)
      return
    }
    let added = SpectralPeaks.Peak(
      row: peak.row, column: peak.column, exactPeriod: peak.exactPeriod, power: known.peak.power + peak.power,
      surroundings: known.peak.surroundings + peak.surroundings, ringCount: known.peak.ringCount + peak.ringCount,
      isSelfConjugate: peak.isSelfConjugate)
    sums[key] = Sum(peak: added, maps: known.maps + maps)
  }

  var peaks: SpectralPeaks {
    let complete = sums.values.filter { $0.maps == mapCount }.map(\.peak)
    return SpectralPeaks(peaks: complete.sorted { ($0.row, $0.column) < ($1.row, $1.column) })
  }
}

/// Power of the half spectrum of a real map, read at any signed frequency.
struct HalfSpectrum {
  let height: Int
  let width: Int
  private let half: Int
  private let power: [Float]

  init(of map: Plane) {
    self.init(of: map.tensor)
  }

  /// Of a map H×W.
  init(of map: Tensor) {
    let plan = FourierTransform(height: map.shape[0], width: map.shape[1])
    height = plan.height
    width = plan.width
    half = plan.halfWidth
    power = plan.halfPower(of: map)
  }

  /// Rows of the whole spectrum, the columns 0…W/2 of each.
  func withHalf<Result>(_ body: (_ power: UnsafeBufferPointer<Float>, _ columns: Int) -> Result) -> Result {
    power.withUnsafeBufferPointer { body($0, half) }
  }

  func signedRow(_ y: Int) -> Int { HalfSpectrum.signed(y, height) }
  func signedColumn(_ x: Int) -> Int { HalfSpectrum.signed(x, width) }

  /// The same frequency in −n/2 < k ≤ n/2.
  private static func signed(_ k: Int, _ count: Int) -> Int {
    let folded = ((k % count) + count) % count
    return 2 * folded > count ? folded - count : folded
  }

  /// At a frequency in −n/2 < k ≤ n/2.
  func power(signedRow y: Int, column x: Int) -> Double {
    let row = x < 0 ? -y : y
    return Double(power[(row < 0 ? row + height : row) * half + abs(x)])
  }

  func power(_ y: Int, _ x: Int) -> Double {
    let column = ((x % width) + width) % width
    let mirrored = column >= half
    let row = (((mirrored ? -y : y) % height) + height) % height
    return Double(power[row * half + (mirrored ? width - column : column)])
  }
}
