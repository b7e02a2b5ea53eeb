import GinghamLattices

/// All that is measured of one picture, or of a set of them.
public struct PictureFigures: Codable, Sendable {
  /// What the lattice shows.
  public var lattice: PictureLatticeFinding
  /// `nil` where no period was sought.
  public var search: PeriodSearchFigures?
  /// Blur, banding and saturation; `nil` of signals.
  public var faults: PictureFaults?
  /// Of a set: the commonest size's mean. Of one picture: where spectra were asked for.
  public var radial: SpectrumFigures?
  /// Of cosine spectra; `nil` where nobody asked.
  public var cosine: SpectrumFigures?
  /// Of a set of at least ``PictureSetLattice/fewestLocked`` pictures: what they have alike.
  public var locked: LockedLatticeFinding?

  /// The verdict on a set, which speaks of grids too faint for a single picture as well.
  public var setVerdict: SetVerdict { SetVerdict(pooled: lattice, locked: locked) }

  /// The same of one band.
  public func setVerdict(of period: Int) -> SetVerdict { SetVerdict(period: period, pooled: lattice, locked: locked) }

  /// Of one band in dB: what the set has alike, or without that what its pictures show.
  public func peakDecibels(of period: Int) -> Double? {
    let alike = locked?.bands.first { $0.period == period }?.peakDecibels
    return alike ?? lattice.bands.first { $0.period == period }?.peakDecibels
  }

  /// The frequency of a grid that shows most clearly, in single pictures or in what all have alike; in cycles a pixel
  /// along rows and columns.
  public var clearest: (period: Int, frequency: [Double])? {
    let artifacts = lattice.bands.filter { $0.verdict == .artifact }
    if let band = artifacts.max(by: { ($0.peakDecibels ?? 0) < ($1.peakDecibels ?? 0) }) {
      return band.peakFrequency.map { (band.period, $0) }
    }
    let shared = locked?.bands.max { ($0.meanPeakDecibels ?? 0) < ($1.meanPeakDecibels ?? 0) }
    if let shared, let frequency = shared.peakFrequency { return (shared.period, frequency) }
    return lattice.bands.first.flatMap { band in band.peakFrequency.map { (band.period, $0) } }
  }
}

/// The strongest lattice, or that there is none.
public struct PeriodSearchFigures: Codable, Sendable {
  /// `nil` where nothing stands out.
  public var found: PeriodSearch.Result?
}

extension PeriodSearchFigures {
  /// - Returns: `nil` where no period was sought: that none was found is a null.
  init?<Key>(in container: KeyedDecodingContainer<Key>, forKey key: Key) throws {
    guard container.contains(key) else { return nil }
    found = try container.decodeIfPresent(PeriodSearch.Result.self, forKey: key)
  }
}

/// A spectrum by frequency whatever its direction.
public struct SpectrumFigures: Codable, Sendable {
  /// Cycles a pixel.
  public var frequency: [Double]
  /// At each frequency, mean over directions.
  public var value: [Double]
  /// Size and number of the pictures it is the mean of.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// Pictures in it.
  public var pictures: Int
}

extension PictureFigures {
  private enum CodingKeys: String, CodingKey {
    case verdict, setVerdict, search, radialSpectrum, cosineSpectrum, locked
    /// One of ``faults``.
    case sharpness
  }

  /// Of what ``encode(to:)`` writes where nothing may be left out.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    lattice = try PictureLatticeFinding(from: decoder)
    faults = container.contains(.sharpness) ? try PictureFaults(from: decoder) : nil
    search = try PeriodSearchFigures(in: container, forKey: .search)
    locked = try container.decodeIfPresent(LockedLatticeFinding.self, forKey: .locked)
    radial = try container.decodeIfPresent(SpectrumFigures.self, forKey: .radialSpectrum)
    cosine = try container.decodeIfPresent(SpectrumFigures.self, forKey: .cosineSpectrum)
  }

  /// Figures of all kinds stand beside each other.
  public func encode(to encoder: any Encoder) throws {
    try lattice.encode(to: encoder)
    try faults?.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lattice.verdict, forKey: .verdict)
    if let search { try container.encode(search.found, forKey: .search) }
    if let locked {
      try container.encode(locked, forKey: .locked)
      try container.encode(setVerdict, forKey: .setVerdict)
    }
    try container.encodeIfPresent(radial, forKey: .radialSpectrum)
    try container.encodeIfPresent(cosine, forKey: .cosineSpectrum)
  }
}
