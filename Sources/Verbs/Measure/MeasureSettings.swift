import GinghamLattices

/// What `measure` is asked to do.
public struct MeasureSettings: Encodable, Hashable, Sendable {
  /// What maps are, and so what counts as a checkerboard of theirs.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Encodable {
    /// Signed lattice energy: the sign of a pixel matters.
    case picture
    /// Power unevenness: only the squares of a map matter.
    case gradient
    /// Signed lattice energy along the one axis of a signal.
    case sound
  }

  /// Pictures, arrays, folders and patterns as the user named them.
  public var paths: [String]
  /// Of the lattices, in pixels.
  public var periods = PeriodChoice.listed(.usual)
  /// What the maps are.
  public var `as` = Kind.picture
  /// Excess of a band's share over chance that makes an artifact of a picture or sound; `nil`: what is usual for it.
  public var minShare: Double?
  /// Power of a frequency of the band over one of the control.
  public var controlRatio = LatticeThresholds().controlRatio
  /// Peak of the band over its surroundings, in dB; `nil`: what is usual.
  public var minPeakDb: Double?
  /// Unevenness of a band that makes an artifact of a gradient.
  public var minCv2 = LatticeThresholds().gradientUnevenness
  /// Keeps the spectra of every picture, and computes cosine spectra.
  public var spectra = false

  /// As pictures, on the usual periods and with the usual thresholds.
  public init(paths: [String]) {
    self.paths = paths
  }

  /// Those asked for, and the others as they are usual for maps of a kind. Where one of a picture's is asked for, the
  /// chance in photographs has no say beside it.
  func thresholds(for kind: Kind) -> LatticeThresholds {
    let usual = kind == .sound ? LatticeThresholds.sounds : LatticeThresholds()
    return LatticeThresholds(
      excessShare: minShare ?? usual.excessShare, controlRatio: controlRatio,
      peakDecibels: minPeakDb ?? usual.peakDecibels,
      chance: minShare == nil && minPeakDb == nil && controlRatio == usual.controlRatio ? usual.chance : 0,
      gradientUnevenness: minCv2)
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(pictures: paths)
    if let minShare { try SettingError.require(threshold: minShare, "min_share") }
    try SettingError.require(threshold: controlRatio, "control_ratio")
    if let minPeakDb { try SettingError.require(threshold: minPeakDb, "min_peak") }
    try SettingError.require(threshold: minCv2, "min_cv2")
    switch periods {
    case .listed(let listed): try SettingError.require(listed)
    case .search where `as` == .gradient:
      throw SettingError.contradiction(
        settings: ["periods", "as"],
        message: "a period is sought in pictures; name the strides of the gradient's network")
    case .search: break
    }
  }
}

extension MeasureSettings: SettingOwner {
  /// Without pictures.
  public static let usual = MeasureSettings(paths: [])

  /// All but the pictures.
  public static let settings: [Setting<MeasureSettings>] = [
    .list(into: \.paths),
    Setting(
      "periods", \.periods, "Periods in pixels, or search: the strongest lattice of 2 to 64.", valueName: "2,4,8|search"
    ).called("period"),
    Setting("as", \.as, "What the maps are: signed pictures or sounds, or gradients, of which power counts."),
    Setting(
      "min_share", \.minShare,
      "Excess of a band's share over chance that makes an artifact of a picture (default: 0.01; of sounds: 1e-05)."),
    Setting("control_ratio", \.controlRatio, "Power of a frequency of the band over one of the control."),
    Setting(
      "min_peak", \.minPeakDb,
      "Peak of the band over its surroundings, in dB (default: 10; of half of a sound's band: 15)."),
    Setting("min_cv2", \.minCv2, "Unevenness of a band that makes an artifact of a gradient."),
    Setting("spectra", \.spectra, "Keep the spectra of every picture, and compute cosine spectra too."),
  ]
}

extension MeasureSettings.Kind: SettingValue {}

/// Which periods pictures are measured on.
public enum PeriodChoice: Hashable, Sendable {
  /// These.
  case listed(Periods)
  /// The strongest lattice of 2…64 pixels is sought first; its divisors are then measured.
  case search

  /// Reads `2,4,8` or `search`.
  public init?(parsing text: String) {
    if text == "search" {
      self = .search
    } else if let listed = Periods(parsing: text) {
      self = .listed(listed)
    } else {
      return nil
    }
  }
}

extension PeriodChoice: SettingValue {
  /// As ``init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// In words.
  public static var expected: String { "\(Periods.expected), or search" }
}

extension Periods: SettingValue {
  /// As ``Periods/init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// In words.
  public static var expected: String { "numbers from \(bounds.lowerBound) to \(bounds.upperBound) such as 2,4,8" }
}

extension PeriodChoice: Encodable, CustomStringConvertible {
  /// `search`, or the numbers joined by commas.
  public var description: String {
    switch self {
    case .search: "search"
    case .listed(let periods): periods.description
    }
  }

  /// As ``description``.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension SettingError {
  /// Thresholds are numbers from 0.
  static func require(threshold: Double, _ setting: String) throws {
    try require(threshold.isFinite && threshold >= 0, setting, threshold, "a number from 0")
  }

  /// - Parameter periods: of the setting `periods`.
  static func require(_ periods: Periods) throws {
    try require(
      !periods.list.isEmpty && periods.list.allSatisfy(Periods.bounds.contains), "periods", periods, Periods.expected)
  }
}
