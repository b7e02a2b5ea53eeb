import GinghamAttribution
import GinghamModels
import GinghamPrediction

/// What `gradient` is asked to do.
public struct GradientSettings: Encodable, Hashable, Sendable {
  /// Pictures as the user named them.
  public var images: [String]
  /// What the gradient is of.
  public var target = "top"
  /// How gradients become a map.
  public var method = GradientMethod.gradient
  /// Tables the gradient and its mitigated surrogates in place of drawing one method's maps.
  public var compare = false
  /// Whether each picture of a set has a folder of its own with figures and its map, however many there are.
  public var each = false
  /// The layer to take the gradient at, or Grad-CAM's layer; `nil`: the picture, or the last convolution.
  public var at: String?
  /// Copies of smoothgrad and uniform-jitter, or steps of integrated gradients; `nil`: each method's own.
  public var samples: Int?
  /// Of smoothgrad, in the network's normalized units.
  public var noise: Float = 1
  /// Of the noise of smoothgrad and the shifts of uniform-jitter.
  public var seed: UInt64 = 0
  /// What the prediction assumes of neighbouring activations in pools.
  public var signals = PredictionOptions.Signals.white
  /// Side of the lattice to treat, in pixels; `nil`: each method's own, else the net's.
  public var period: Int?
  /// Offsets an axis of uniform-jitter.
  public var jitter = 8
  /// Radius that low-pass keeps, in cycles over 224 pixels.
  public var cutoff = 15.0
  /// Energies that phase equalisation divides by.
  public var energies = PhaseEqualisedGradient.Energies.predicted

  /// With the true gradient of the top class, at the pixels.
  public init(images: [String]) {
    self.images = images
  }

  /// The method that the settings describe, for a net.
  ///
  /// - Throws: ``ObjectiveError`` and ``NetworkError`` where a method looks at the net's lattice.
  public func attributionMethod(for model: Model) throws -> any AttributionMethod {
    try method.make(self) { try model.latticePeriod(ofGradientsOf: target) }
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require(pictures: images)
    try SettingError.require((1...100_000).contains(samples ?? 1), "samples", samples ?? 0, "a number from 1")
    try SettingError.require(noise >= 0 && noise.isFinite, "noise", noise, "a number from 0")
    try SettingError.require((2...64).contains(period ?? 2), "period", period ?? 0, "a number of pixels from 2 to 64")
    try SettingError.require((1...1024).contains(jitter), "jitter", jitter, "a number of offsets from 1 to 1024")
    try SettingError.require(cutoff >= 0 && cutoff.isFinite, "cutoff", cutoff, "a radius from 0")
    if compare, at != nil || method != .gradient {
      throw SettingError.contradiction(
        settings: ["compare", "at", "method"],
        message: "a comparison takes all methods at the pixels: give neither a method nor a layer")
    }
    if at != nil, !method.takesLayer {
      throw SettingError.contradiction(
        settings: ["at", "method"],
        message: "a layer goes with the methods "
          + GradientMethod.all.filter(\.takesLayer).map(\.name).joined(separator: " and "))
    }
  }
}

extension GradientSettings: SettingOwner {
  /// Without pictures.
  public static let usual = GradientSettings(images: [])

  /// All but the pictures.
  public static let settings: [Setting<GradientSettings>] = [
    .list(into: \.images),
    Setting("target", \.target, "What the gradient is of.", valueName: "objective"),
    Setting("method", \.method, "How gradients become a map.")
      .explained(GradientMethod.all.map { "\($0.name): \($0.summary)" }),
    Setting(
      "compare", \.compare, "Table the gradient and its mitigated surrogates: evenness, cosine, faithfulness, time."),
    Setting(
      "each", \.each,
      "A folder of figures for each picture, however many; sets of more than 64 have a table in their place."),
    Setting("at", \.at, "The layer to take the gradient at, or Grad-CAM's layer."),
    Setting(
      "samples", \.samples, "Copies of smoothgrad (5) and uniform-jitter (16), or steps of integrated (50)."),
    Setting("noise", \.noise, "Noise of smoothgrad, in the network's normalized units."),
    Setting("seed", \.seed, "Seed of smoothgrad's noise and uniform-jitter's shifts."),
    .signals(at: \.signals),
    Setting(
      "period", \.period, "Side of the lattice to treat: lattice-jitter's 4, else the net's.", valueName: "pixels"),
    Setting("jitter", \.jitter, "Offsets an axis of uniform-jitter.", valueName: "pixels"),
    Setting(
      "cutoff", \.cutoff, "Radius that low-pass keeps, in cycles over 224 pixels.", valueName: "radius"),
    Setting("energies", \.energies, "Energies that phase-equalisation divides by: predicted or measured."),
  ]

  /// The form of the verb that is meant.
  public func run(of model: ModelSource) -> any Run {
    compare ? GradientComparisonRun(model, settings: self) : GradientRun(model, settings: self)
  }
}

extension GradientMethod: SettingValue {
  /// By its name.
  public init?(word: String) { self.init(named: word) }
  /// Its name.
  public var word: String? { name }
  /// The names of all.
  public static var choices: [String] { all.map(\.name) }
}

extension PhaseEqualisedGradient.Energies: SettingValue {}
