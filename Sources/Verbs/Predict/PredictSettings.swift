import GinghamLattices
import GinghamModels
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

extension PredictSettings: SettingOwner {
  /// As they are made.
  public static let usual = PredictSettings()

  /// All of them.
  public static let settings: [Setting<PredictSettings>] = [
    Setting(
      "target", \.target, "Where the gradient starts; of an objective only its layer counts.", valueName: "objective"),
    Setting("at", \.at, "A layer whose gradient to look at, beside the picture's.", valueName: "layer"),
    Setting(
      "gain", \.gain,
      "unit: every convolution passes the power it gets. weights: each passes its weights' second moment."),
    Setting(
      "signals", \.signals,
      "Whether neighbours in pools and resizes are independent (white) or depend on each other (smooth)."),
    Setting("min_cv2", \.minCv2, "Unevenness of a band that makes an artifact."),
    Setting(
      "deconvolution", \.deconvolution, "Stacks of transposed convolutions, such as \"3/2,3/2\".", valueName: "stacks"),
    Setting("positions", \.positions, "Positions a stack starts from."),
    Setting(
      "equivalent", .repeated, \.equivalent, "A layer with weights, such as \"nearest2:1,0,-1\"; may be repeated.",
      valueName: "layer"),
    Setting("sweep", \.sweep, "A grid of architectures to rank.", valueName: "grid.yaml").naming(.file()),
  ]

  /// The form of the verb that is meant.
  ///
  /// - Throws: ``SettingError`` where there is none or more than one.
  public func run(of model: ModelSource?) throws -> any Run {
    switch (model, deconvolution != nil || !equivalent.isEmpty, sweep) {
    case (let model?, false, nil): return PredictRun(model, settings: self)
    case (nil, true, nil): return OverlapRun(self)
    case (nil, false, let sweep?): return SweepRun(sweep, settings: self)
    default:
      throw SettingError.contradiction(
        settings: ["deconvolution", "equivalent", "sweep"],
        message: "name a model, or stacks and layers to count, or a grid to rank: one of them")
    }
  }
}

extension PredictionOptions.Gain: SettingValue {}
extension PredictionOptions.Signals: SettingValue {}

extension Setting {
  /// What the prediction beside a measured gradient assumes.
  static func signals(at path: WritableKeyPath<Owner, PredictionOptions.Signals> & Sendable) -> Setting {
    Setting(
      "signals", path,
      "Activations in front of pools, for the prediction: white (independent) or smooth (neighbours alike).")
  }
}
