import GinghamTensors

/// Everything that decides how a picture is made, the objective, the network and the seed apart. A preset is one; users
/// print it, change it and run it.
public struct Recipe: Hashable, Sendable {
  /// The preset it began as.
  public var preset: String
  /// Of the picture; `nil`: what the network was trained on.
  public var size: PictureSize?
  /// What the network is shown; `nil`: as large as the picture.
  public var inputSize: PictureSize?
  /// Of the optimizer, in each octave.
  public var steps: Int
  /// Pictures made together.
  public var batch: Int
  /// Random views of each picture in a step.
  public var draws: Int
  /// What the optimizer turns.
  public var parameterization: ParameterizationKind
  /// How channels hang together.
  public var colour: ColourChoice
  /// How numbers become pixels of 0…1.
  public var range: PixelRange
  /// The rule of steps.
  public var optimizer: OptimizerKind
  /// Length of a step.
  public var rate: Double
  /// Random changes between picture and network, in order.
  public var transforms: [PictureTransform]
  /// Prices on the picture.
  public var penalties: [WeightedPenalty]
  /// Whether weights count in units of the objective's mean slope at a pixel, so that one recipe serves networks whose
  /// activations are large or small: a weight of 1 on ``PenaltyKind/l1`` pulls as hard as the objective does.
  public var relativePenalties: Bool
  /// What is done to the gradient, in order.
  public var conditioning: [GradientConditioning]
  /// Whether strided layers filter the gradient that they send back.
  public var smoothsStrides: Bool
  /// Sizes that the picture grows through.
  public var octaves: Octaves
  /// Side of the tiles in which gradients of pictures larger than that are taken; `nil`: the whole picture at once.
  public var tile: Int?
  /// For this many steps, rectifiers whose whole gradient would be zero let through what pushes units up.
  public var redirectedSteps: Int
  /// Steps after which the picture is kept.
  public var snapshots: [Int]

  /// With the properties of the same names.
  public init(
    preset: String, size: PictureSize? = nil, inputSize: PictureSize? = nil, steps: Int = 512, batch: Int = 1,
    draws: Int = 1, parameterization: ParameterizationKind, colour: ColourChoice, range: PixelRange = .sigmoid,
    optimizer: OptimizerKind = .adam, rate: Double = 0.05, transforms: [PictureTransform] = [],
    penalties: [WeightedPenalty] = [], relativePenalties: Bool = false,
    conditioning: [GradientConditioning] = [], smoothsStrides: Bool = false,
    octaves: Octaves = Octaves(count: 1), tile: Int? = nil, redirectedSteps: Int = 16, snapshots: [Int] = []
  ) {
    self.preset = preset
    self.size = size
    self.inputSize = inputSize
    self.steps = steps
    self.batch = batch
    self.draws = draws
    self.parameterization = parameterization
    self.colour = colour
    self.range = range
    self.optimizer = optimizer
    self.rate = rate
    self.transforms = transforms
    self.penalties = penalties
    self.relativePenalties = relativePenalties
    self.conditioning = conditioning
    self.smoothsStrides = smoothsStrides
    self.octaves = octaves
    self.tile = tile
    self.redirectedSteps = redirectedSteps
    self.snapshots = snapshots
  }
}

/// The picture at growing sizes, each begun from the one before; the steps are shared out evenly.
public struct Octaves: Hashable, Sendable {
  /// Sizes, the last one included.
  public var count: Int
  /// Between one size and the next.
  public var ratio: Double

  /// With the properties of the same names.
  public init(count: Int, ratio: Double = 1.4) {
    self.count = count
    self.ratio = ratio
  }

  /// From the smallest to `size` itself, with the steps of each.
  func stages(_ size: PictureSize, steps: Int) -> [(size: PictureSize, steps: Int)] {
    (0..<count).map { index in
      var factor = 1.0
      for _ in (index + 1)..<max(count, index + 1) { factor /= ratio }
      let stage = PictureSize(
        height: max(1, Int((Double(size.height) * factor).rounded())),
        width: max(1, Int((Double(size.width) * factor).rounded())))
      return (stage, steps * (index + 1) / count - steps * index / count)
    }
  }
}

extension Recipe {
  /// The recipe with every period that was left to the network filled in.
  public func resolved(period: Int) -> Recipe {
    var recipe = self
    recipe.transforms = transforms.map { $0.resolved(period: period) }
    recipe.penalties = penalties.map { WeightedPenalty($0.kind.resolved(period: period), $0.weight) }
    recipe.conditioning = conditioning.map { $0.resolved(period: period) }
    return recipe
  }

  /// - Throws: ``VisualizationError`` for settings outside their range, and for those that exclude each other.
  public func validate() throws {
    for row in Self.settings { try row.check(self) }
    try VisualizationError.require(
      octaves.count <= max(steps, 1), "octaves", octaves.count, "at most as many octaves as steps")
    for snapshot in snapshots {
      try VisualizationError.require(
        (0...steps).contains(snapshot), "snapshots", snapshot, "steps from 0 to \(steps)")
    }
    if let reason = parameterization.keepsToOneSize, octaves.count > 1 {
      throw VisualizationError.contradiction(
        "the \(parameterization.name) parameterization \(reason): it does not go with octaves")
    }
    if draws > 1, transforms.isEmpty {
      throw VisualizationError.contradiction("several draws a step need a transform that differs from draw to draw")
    }
    if tile != nil, draws > 1 {
      throw VisualizationError.contradiction("tiles go with one draw a step")
    }
    if tile != nil, inputSize != nil {
      throw VisualizationError.contradiction("a tile is what the network is shown: give no input-size with it")
    }
  }
}
