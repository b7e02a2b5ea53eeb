import GinghamLattices
import GinghamSignals
import GinghamTensors

/// Windowed spectra of a set, in which each picture's strongest lattice is sought, and that of all of the commonest size.
public struct PeriodSearchPool: Sendable {
  private var spectra: [(name: String, spectrum: WindowedSpectrum)] = []

  /// With every setting at its default.
  public init() {}

  /// One picture, for ``add(_:)``.
  public struct Picture: Sendable {
    fileprivate let name: String
    fileprivate let spectrum: WindowedSpectrum

    /// Of a picture.
    public init(_ sample: PictureSample) {
      var spectrum = WindowedSpectrum(height: sample.height, width: sample.width)
      for channel in sample.channels { spectrum.add(channel) }
      (name, self.spectrum) = (sample.place.name, spectrum)
    }

    /// Of a sound: the powers of its pieces, cut to a length whose transform is fast, added up.
    public init(_ sample: SoundSample) {
      let pieces = sample.pieces
      let width = FourierTransform.fastLength(atMost: max(1, pieces.first?.width ?? 1))
      var spectrum = WindowedSpectrum(height: 1, width: width)
      for piece in pieces where piece.width >= width { spectrum.add(piece.crop(rows: 0..<1, columns: 0..<width)) }
      (name, self.spectrum) = (sample.place.name, spectrum)
    }
  }

  /// Adds a picture.
  public mutating func add(_ picture: Picture) { spectra.append((picture.name, picture.spectrum)) }

  /// What was found, by the pictures' names and of all together. Pictures below ``PeriodSearch/smallestSide`` have no
  /// say.
  ///
  /// - Throws: ``ArtifactError``.
  public func search(_ search: PeriodSearch) throws -> (
    each: [String: PeriodSearchFigures], pooled: PeriodSearchFigures
  ) {
    var each: [String: PeriodSearchFigures] = [:]
    var pools: [PictureSize: WindowedSpectrum] = [:]
    for (name, spectrum) in spectra
    where Plane.side(height: spectrum.height, width: spectrum.width) >= PeriodSearch.smallestSide {
      each[name] = PeriodSearchFigures(found: try search.search(spectrum))
      let size = PictureSize(height: spectrum.height, width: spectrum.width)
      pools[size, default: WindowedSpectrum(height: size.height, width: size.width)].add(spectrum)
    }
    let commonest = pools.max { ($0.value.mapCount, $0.key) < ($1.value.mapCount, $1.key) }?.value
    return (each, PeriodSearchFigures(found: try commonest.flatMap { try search.search($0) }))
  }
}
