import GinghamPrediction

/// What `trace` is asked to do.
public struct TraceSettings: Encodable, Hashable, Sendable {
  /// Pictures that go in; none for a net that makes pictures of random numbers.
  public var images: [String]
  /// What the gradient is of; `nil`: a net that makes pictures is traced up to them, any other net's top class down to
  /// the pixels.
  public var target: String?
  /// Latents that a generator draws.
  public var samples = 64
  /// Of the latents, and of the shifts.
  public var seed: UInt64 = 0
  /// Whether a generator's inputs are the same everywhere, so that all that repeats on any layer is the net's own.
  public var flat = false
  /// Layers whose backward pass is made even: each alone, and, where there are several, all together.
  public var without: [String] = []
  /// Whether what strides fold over on the way forward is looked at, and whether classes stay where pictures are shifted.
  public var aliasing = false
  /// Nets of the same graph with random weights that the gradient is held against; 0: none.
  public var randomTwins = 0
  /// What the prediction assumes of neighbouring activations in pools.
  public var signals = PredictionOptions.Signals.white

  /// - Parameter images: of no need to a net that makes pictures of random numbers.
  public init(images: [String] = []) {
    self.images = images
  }
}

extension TraceSettings: SettingOwner {
  /// Without pictures.
  public static let usual = TraceSettings()

  /// All but the pictures.
  public static let settings: [Setting<TraceSettings>] = [
    .list(into: \.images),
    Setting("target", \.target, "What the gradient is of; top without it.", valueName: "objective"),
    Setting("samples", \.samples, "Samples that a generator draws."),
    Setting(
      "seed", \.seed, "Seed of a generator's random numbers, of aliasing's shifts, and of random twins."),
    Setting(
      "flat", \.flat, "A generator's inputs are the same everywhere: what repeats on any layer is then the net's own."),
    Setting(
      "aliasing", \.aliasing,
      "Also what each stride folds over on the way forward, and whether the class stays where a picture is shifted."),
    Setting(
      "without", .repeated, \.without,
      "A layer whose backward pass is made even; can be given several times.", valueName: "layer"),
    Setting(
      "random_twins", \.randomTwins,
      """
      Holds the gradient against that many nets of the same graph with random weights, at the same pictures: what \
      training made of each band, with its deviation. 8 are usual.
      """, valueName: "n"),
    .signals(at: \.signals),
  ]
}
