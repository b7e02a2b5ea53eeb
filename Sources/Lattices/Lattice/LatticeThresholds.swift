/// When a band counts as an artifact: where a photograph would hardly ever look so, or where a picture is beyond three
/// fixed thresholds, which were set on the pictures of Odena, Dumoulin & Olah (2016). Every one can be changed.
public struct LatticeThresholds: Hashable, Sendable, Codable {
  /// Pictures: what the share of a band must exceed its null by.
  public var excessShare: Double
  /// Pictures: power a frequency of the band over power a frequency of the control.
  public var controlRatio: Double
  /// Pictures: the band's highest frequency over its surroundings, in decibels.
  public var peakDecibels: Double
  /// Pictures: the largest chance of a photograph's looking so, for all periods and colours together; 0: the other
  /// thresholds decide alone.
  public var chance: Double
  /// Gradients: the bias-corrected CV² of the band.
  public var gradientUnevenness: Double
  /// Gradients: the same in standard errors, so that a few heavy-tailed samples make no verdict. 0 turns it off.
  public var standardErrors: Double

  /// With the properties of the same names.
  public init(
    excessShare: Double = 0.01, controlRatio: Double = 6, peakDecibels: Double = 10, chance: Double = 0.001,
    gradientUnevenness: Double = 0.01,
    standardErrors: Double = 3
  ) {
    self.excessShare = excessShare
    self.controlRatio = controlRatio
    self.peakDecibels = peakDecibels
    self.chance = chance
    self.gradientUnevenness = gradientUnevenness
    self.standardErrors = standardErrors
  }

  /// For sounds. Their fine detail is most of what is heard, so that an audible grid is a small share of it; spectra of
  /// thousands of samples are fine enough to see one. What keeps tones of music from counting is that half of a band's
  /// frequencies must stand out.
  ///
  /// On synthetic sounds of two seconds 39 of 40 grids of periods 2 to 16, 40 dB below sums of steady tones, are found;
  /// the tests bound how often noise and such sums alone count as artifacts.
  public static let sounds = LatticeThresholds(excessShare: 1e-5, peakDecibels: 15)

  private enum CodingKeys: String, CodingKey {
    case excessShare, controlRatio, standardErrors, chance
    case peakDecibels = "peak_db"
    case gradientUnevenness = "gradient_cv2"
  }
}

/// Whether a grid shows.
public enum Verdict: String, Hashable, Sendable, Codable {
  case artifact, clean
  /// Cannot be told: of predictions whose bounds lie on either side of the threshold, or that have none.
  case open
  /// Of gradients that are zero everywhere: there is nothing that could be even or uneven.
  case nothing = "no gradient"
}
