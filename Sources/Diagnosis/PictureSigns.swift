import GinghamLattices

/// What all detectors see on one picture.
public struct PictureSigns: Sendable {
  public var name: String
  public var height: Int
  public var width: Int
  /// Whether the file is a JPEG, whose blocks of 8 pixels are a lattice of their own.
  public var isJPEG: Bool
  public var lattice: PictureLatticeFinding
  public var faults: PictureFaults
  /// `nil` where the picture is too small or too flat.
  public var blur: BlurEstimate?
  /// `nil` where samples leave 0…1.
  public var levels: LevelStatistics?
  /// `nil` for anything but three channels.
  public var colours: ColourStatistics?
  /// `nil` for small pictures.
  public var tiles: TileStatistics?

  /// - Parameter retainsDetail: whether the channels keep what ``LockedLattice`` adds up.
  /// - Returns: beside the signs what the pool of a set takes of each channel.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the shortest period fits.
  public static func signs(
    of channels: [Plane], name: String, isJPEG: Bool, lattice: PictureLattice, retainsDetail: Bool = false
  ) throws -> (signs: PictureSigns, channels: [PictureLattice.Channel]) {
    let measured = try channels.map { try lattice.measure($0, retainsDetail: retainsDetail) }
    let luma = Plane.luma(of: channels)
    let faults = try PictureFaults(
      of: channels, luma: luma, spectrum: RadialSpectrum(of: [luma]), periods: lattice.periods)
    let signs = PictureSigns(
      name: name, height: luma.height, width: luma.width, isJPEG: isJPEG,
      lattice: try lattice.finding(pooling: measured), faults: faults, blur: BlurEstimate(of: luma),
      levels: faults.banding == nil ? nil : LevelStatistics(of: channels),
      colours: faults.banding == nil ? nil : ColourStatistics(of: channels), tiles: TileStatistics(of: luma))
    return (signs, measured)
  }
}
