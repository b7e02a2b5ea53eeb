import GinghamLattices
import GinghamPrediction

/// What `predict` is asked to do, in all of its forms.
public struct PredictSettings: Encodable, Hashable, Sendable {
  /// An objective on one layer; only which layer matters, and of a neuron its position.
  public var target = "top"
  /// A layer whose gradient is looked at beside that of the picture.
  public var at: String?
  /// How much power layers pass.
  public var gain = PredictionOptions.Gain.unit
  /// What neighbours in pools and resizes have to do with each other.
  public var signals = PredictionOptions.Signals.white
  /// Unevenness (CV²) of a band that makes an artifact.
  public var minCv2 = LatticeThresholds().gradientUnevenness
  /// Stacks of transposed convolutions, as ``OverlapDemo/demos(parsing:inputs:)`` reads them.
  public var deconvolution: String?
  /// Positions a stack starts from.
  public var positions = 8
  /// Upsampling layers with weights, as ``EquivalentLayer`` reads them.
  public var equivalent: [String] = []
  /// A file with a grid of architectures to rank.
  public var sweep: String?

  /// Of the top class, from the architecture alone.
  public init() {}

  var options: PredictionOptions {
    PredictionOptions(gain: gain, signals: signals, thresholds: LatticeThresholds(gradientUnevenness: minCv2))
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(minCv2.isFinite && minCv2 >= 0, "min_cv2", minCv2, "a number from 0")
  }
}

extension PredictionOptions.Signals: SettingValue {}

extension Setting {
  /// What the prediction beside a measured gradient assumes.
  static func signals(at path: WritableKeyPath<Owner, PredictionOptions.Signals> & Sendable) -> Setting {
    Setting(
      "signals", path,
      "Activations in front of pools, for the prediction: white (independent) or smooth (neighbours alike).")
  }
}
