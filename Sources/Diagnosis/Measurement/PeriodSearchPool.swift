import GinghamLattices
import GinghamSignals
import GinghamTensors

/// Windowed spectra of a set, in which each picture's strongest lattice is sought, and that of all of the commonest size.
public struct PeriodSearchPool: Sendable, Codable {
  private var each: [String: PeriodSearchFigures] = [:]
  private var pools: [PictureSize: WindowedSpectrum] = [:]

  /// With every setting at its default.
  public init() {}

  /// One picture, for ``add(_:)``.
  public struct Picture: Sendable {
    fileprivate let name: String
    fileprivate let spectrum: WindowedSpectrum
    /// `nil` below ``PeriodSearch/smallestSide``.
    fileprivate let figures: PeriodSearchFigures?

    /// Of a picture.
    ///
    /// - Throws: ``ArtifactError``.
    public init(_ sample: PictureSample, by search: PeriodSearch) throws {
      var spectrum = WindowedSpectrum(height: sample.height, width: sample.width)
      for channel in sample.channels { spectrum.add(channel) }
      try self.init(sample.place.name, spectrum, by: search)
    }

    /// Of a sound: the powers of its pieces, cut to a length whose transform is fast, added up.
    ///
    /// - Throws: ``ArtifactError``.
    public init(_ sample: SoundSample, by search: PeriodSearch) throws {
      let pieces = sample.pieces
      let width = FourierTransform.fastLength(atMost: max(1, pieces.first?.width ?? 1))
      var spectrum = WindowedSpectrum(height: 1, width: width)
      for piece in pieces where piece.width >= width { spectrum.add(piece.crop(rows: 0..<1, columns: 0..<width)) }
      try self.init(sample.place.name, spectrum, by: search)
    }

    private init(_ name: String, _ spectrum: WindowedSpectrum, by search: PeriodSearch) throws {
      (self.name, self.spectrum) = (name, spectrum)
      let isEnough = Plane.side(height: spectrum.height, width: spectrum.width) >= PeriodSearch.smallestSide
      figures = isEnough ? PeriodSearchFigures(found: try search.search(spectrum)) : nil
    }
  }

  /// Adds a picture.
  public mutating func add(_ picture: Picture) {
    guard let figures = picture.figures else { return }
    each[picture.name] = figures
    let size = PictureSize(height: picture.spectrum.height, width: picture.spectrum.width)
    var pool = pools.removeValue(forKey: size) ?? WindowedSpectrum(height: size.height, width: size.width)
    pool.add(picture.spectrum)
    pools[size] = pool
  }

  /// What was found, by the pictures' names and of all together. Pictures below ``PeriodSearch/smallestSide`` have no
  /// say.
  ///
  /// - Throws: ``ArtifactError``.
  public func search(_ search: PeriodSearch) throws -> (
    each: [String: PeriodSearchFigures], pooled: PeriodSearchFigures
  ) {
    let commonest = pools.max { ($0.value.mapCount, $0.key) < ($1.value.mapCount, $1.key) }?.value
    return (each, PeriodSearchFigures(found: try commonest.flatMap { try search.search($0) }))
  }
}
