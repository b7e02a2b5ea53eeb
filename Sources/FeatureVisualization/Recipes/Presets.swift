import GinghamTensors
import GinghamNetworks

extension Recipe {
  /// The presets, the plainest first.
  public static let presets = [
    naive, jitter, multiscale, frequency, fourier, robust, deepDream, maco, lattice, all,
  ]

  /// In the order of help texts.
  public static let presetNames = presets.map(\.preset)

  /// - Throws: ``VisualizationError/unknownPreset(name:nearest:known:)``.
  public static func preset(_ name: String) throws -> Recipe {
    guard let preset = presets.first(where: { $0.preset == name }) else {
      throw VisualizationError.unknownPreset(
        name: name, nearest: NearestNames.nearest(to: name, among: presetNames), known: presetNames)
    }
    return preset
  }

  /// Pixels and a gradient, nothing else.
  static let naive = Recipe(preset: "naive", parameterization: .pixel(), colour: .none)

  /// The naive picture moved a little each step.
  static let jitter = Recipe(
    preset: "jitter", parameterization: .pixel(), colour: .none, transforms: [.pad(12), .jitter(16), .jitter(8)])

  /// The naive picture grown from a small one.
  static let multiscale = Recipe(
    preset: "multiscale", parameterization: .pixel(), colour: .none, octaves: Octaves(count: 4))

  /// The naive picture with a price on fine detail.
  static let frequency = Recipe(
    preset: "frequency", parameterization: .pixel(), colour: .none,
    penalties: [
      WeightedPenalty(.l1, 0.1), WeightedPenalty(.totalVariation, 0.15), WeightedPenalty(.blur, 0.5),
      WeightedPenalty(.highFrequency, 0.5),
    ], relativePenalties: true)

  /// Frequencies as parameters, colours decorrelated; no transforms.
  static let fourier = Recipe(preset: "fourier", parameterization: .fourier(), colour: .decorrelated)

  /// Transforms and Fourier parameters together (Olah, Mordvintsev & Schubert 2017, appendix).
  public static let robust = Recipe(
    preset: "robust", parameterization: .fourier(), colour: .decorrelated,
    transforms: [
      .pad(16), .jitter(16), .scale([1, 0.975, 1.025, 0.95, 1.05]),
      .rotate((-5...5).map(Double.init)), .jitter(8),
    ])

  /// Octaves from a photograph, pixels followed by steps of one length (Mordvintsev, Olah & Tyka 2015).
  static let deepDream = Recipe(
    preset: "deepdream", steps: 40, parameterization: .pixel(), colour: .none, range: .clipped,
    optimizer: .normalized, rate: 1.5 / 255, transforms: [.roll(32)], octaves: Octaves(count: 4),
    redirectedSteps: 0)

  /// Phases only, many crops a step (Fel et al. 2023).
  static let maco = Recipe(
    preset: "maco", size: PictureSize(height: 512, width: 512), inputSize: PictureSize(height: 224, width: 224),
    steps: 256, draws: 32, parameterization: .maco(), colour: .decorrelated, optimizer: .nadam, rate: 1,
    transforms: [.randomCrop(RandomCrop(from: 0.5, to: 0.05)), .noise(0.08)])

  /// The naive picture with the lattice taken out of its gradient, moved over, and priced.
  ///
  /// Strides are not smoothed: each layer's filter leaves the frequencies between its own zeros and the next layer's, and an
  /// ascent of many steps fills just those, with a weave of 2.5 or 5 pixels.
  static let lattice = Recipe(
    preset: "lattice", parameterization: .pixel(), colour: .none, transforms: [.latticeJitter(nil)],
    penalties: [WeightedPenalty(.lattice(), 1)], relativePenalties: true, conditioning: [.notch(nil)])

  /// The robust recipe with everything against the lattice on top.
  static let all = Recipe(
    preset: "all", parameterization: .fourier(), colour: .decorrelated,
    transforms: [
      .pad(16), .jitter(16), .scale([1, 0.975, 1.025, 0.95, 1.05]),
      .rotate((-5...5).map(Double.init)), .jitter(8), .latticeJitter(nil),
    ],
    penalties: [WeightedPenalty(.lattice(), 1)], relativePenalties: true, conditioning: [.notch(nil)])
}
