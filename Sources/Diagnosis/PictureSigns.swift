import GinghamLattices

/// What all detectors see on one picture.
public struct PictureSigns: Sendable, Codable {
  /// Which file, and which picture in it.
  public var place: SamplePlace
  /// In pixels.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// Whether the file is a JPEG, whose blocks of 8 pixels are a lattice of their own.
  public var isJPEG: Bool
  /// What the lattice shows.
  public var lattice: PictureLatticeFinding
  /// Blur, banding and saturation.
  public var faults: PictureFaults
  /// `nil` where the picture is too small or too flat.
  public var blur: BlurEstimate?
  /// `nil` where samples leave 0…1.
  public var levels: LevelStatistics?
  /// `nil` for anything but three channels.
  public var colours: ColourStatistics?
  /// `nil` for small pictures.
  public var tiles: TileStatistics?

  /// What findings call it.
  public var name: String { place.name }

  /// - Parameters:
  ///   - isJPEG: whether the sample's file is one.
  ///   - set: to whose lattices the picture belongs.
  /// - Returns: beside the signs what the set takes of each channel.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the shortest period fits.
  public static func signs(
    of sample: PictureSample, isJPEG: Bool, in set: PictureSetLattice
  ) throws -> (signs: PictureSigns, channels: [PictureLattice.Channel]) {
    let channels = sample.channels
    let measured = try set.measure(channels)
    let luma = Plane.luma(of: channels)
    let faults = try PictureFaults(
      of: channels, luma: luma, spectrum: RadialSpectrum(of: [luma]), periods: set.lattice.periods)
    let signs = PictureSigns(
      place: sample.place, height: luma.height, width: luma.width, isJPEG: isJPEG,
      lattice: try set.lattice.finding(pooling: measured), faults: faults, blur: BlurEstimate(of: luma),
      levels: faults.banding == nil ? nil : LevelStatistics(of: channels),
      colours: faults.banding == nil ? nil : ColourStatistics(of: channels), tiles: TileStatistics(of: luma))
    return (signs, measured)
  }
}
