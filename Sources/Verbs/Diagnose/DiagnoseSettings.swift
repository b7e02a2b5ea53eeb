import GinghamDiagnosis
import GinghamLattices

/// What `diagnose` is asked to do.
public struct DiagnoseSettings: Encodable, Hashable, Sendable {
  /// Pictures, folders and patterns as the user named them.
  public var paths: [String]
  /// Pictures as they should be: a file, folder or pattern.
  public var reference: String?
  /// Of the net whose features the sets' distance is taken in.
  public var layer: String?
  /// Of checkerboards, in pixels.
  public var periods = Periods.usual
  /// Excess of a band's share over chance that makes a checkerboard.
  public var minShare = LatticeThresholds().excessShare
  /// Power of a frequency of the band over one of the control.
  public var controlRatio = LatticeThresholds().controlRatio
  /// Peak of the band over its surroundings, in dB.
  public var minPeakDb = LatticeThresholds().peakDecibels
  /// Blur that counts, as the deviation in pixels of a Gaussian; without a reference.
  public var maxBlur = DiagnosisThresholds().blurSigma
  /// Blur beyond the reference's that counts.
  public var maxAddedBlur = DiagnosisThresholds().blurBeyondReference
  /// Bits of the levels found, at or below which colours count as banded.
  public var minBits = DiagnosisThresholds().bits
  /// Share of the samples at the ends of the range that counts as saturated.
  public var maxEnds = DiagnosisThresholds().endShare
  /// Chance below which a colour difference from the reference counts.
  public var colourChance = DiagnosisThresholds().colourChance
  /// Distance of a tile from the norm that counts as distorted, in robust deviations.
  public var maxTileDistance = DiagnosisThresholds().tileDistance

  /// With the usual periods and thresholds, and no reference.
  public init(paths: [String]) {
    self.paths = paths
  }

  /// Those asked for. Where one of the lattice's is, the chance in photographs has no say beside it.
  var thresholds: DiagnosisThresholds {
    var lattice = LatticeThresholds(excessShare: minShare, controlRatio: controlRatio, peakDecibels: minPeakDb)
    if lattice != LatticeThresholds() { lattice.chance = 0 }
    return DiagnosisThresholds(
      lattice: lattice,
      blurSigma: maxBlur, blurBeyondReference: maxAddedBlur, bits: minBits, endShare: maxEnds,
      colourChance: colourChance, tileDistance: maxTileDistance)
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(pictures: paths)
    for (threshold, setting) in [
      (minShare, "min_share"), (controlRatio, "control_ratio"), (minPeakDb, "min_peak"), (maxBlur, "max_blur"),
      (maxAddedBlur, "max_added_blur"), (minBits, "min_bits"), (maxEnds, "max_ends"), (colourChance, "colour_chance"),
      (maxTileDistance, "max_tile_distance"),
    ] {
      try SettingError.require(threshold: threshold, setting)
    }
    try SettingError.require(minBits < 8, "min_bits", minBits, "a number below 8, the bits of a picture")
    try SettingError.require(periods)
  }
}

extension DiagnoseSettings: SettingOwner {
  /// Without pictures.
  public static let usual = DiagnoseSettings(paths: [])

  /// All but the pictures.
  public static let settings: [Setting<DiagnoseSettings>] = [
    .list(into: \.paths),
    Setting("reference", \.reference, "Pictures as they should be.", valueName: "dir").naming(.file()),
    Setting("layer", \.layer, "The layer of that net; its activations are averaged over the map."),
    Setting("periods", \.periods, "Periods of checkerboards in pixels.", valueName: "2,4,8"),
    Setting("min_share", \.minShare, "Excess of a band's share over chance that makes a checkerboard."),
    Setting("control_ratio", \.controlRatio, "Power of a frequency of the band over one of the control."),
    Setting("min_peak", \.minPeakDb, "Peak of the band over its surroundings, in dB."),
    Setting(
      "max_blur", \.maxBlur, "Blur that counts, as the σ in px of a Gaussian; without a reference.", valueName: "px"),
    Setting("max_added_blur", \.maxAddedBlur, "Blur beyond the reference's that counts.", valueName: "px"),
    Setting("min_bits", \.minBits, "Bits of the levels found, at or below which colours count as banded."),
    Setting("max_ends", \.maxEnds, "Share of the samples at the ends of the range that counts as saturated."),
    Setting("colour_chance", \.colourChance, "Chance below which a colour difference from the reference counts."),
    Setting(
      "max_tile_distance", \.maxTileDistance,
      "Distance of a tile from the norm that counts as distorted, in robust deviations."),
  ]
}
