/// Everything that decides how a picture is made, the objective, the network and the seed apart. A preset is one; users
/// print it, change it and run it.
public struct Recipe: Hashable, Sendable {
  /// The preset it began as.
  public var preset: String
  /// Of the picture; `nil`: what the network was trained on.
  public var size: PictureSize?
  /// What the network is shown; `nil`: as large as the picture.
  public var inputSize: PictureSize?
  public var steps: Int
  /// Pictures made together.
  public var batch: Int
  /// Random views of each picture in a step.
  public var draws: Int
  public var parameterization: ParameterizationKind
  public var colour: ColourChoice
  public var range: PixelRange
  public var optimizer: OptimizerKind
  public var rate: Double
  public var transforms: [PictureTransform]
  public var penalties: [WeightedPenalty]
  /// Whether weights count in units of the objective's mean slope at a pixel, so that one recipe serves networks whose
  /// activations are large or small: a weight of 1 on ``WeightedPenalty/Kind/l1`` pulls as hard as the objective does.
  public var relativePenalties: Bool
  public var conditioning: [GradientConditioning]
  /// Whether strided layers filter the gradient that they send back.
  public var smoothsStrides: Bool
  public var octaves: Octaves
  /// Side of the tiles in which gradients of pictures larger than that are taken; `nil`: the whole picture at once.
  public var tile: Int?
  /// For this many steps, rectifiers whose whole gradient would be zero let through what pushes units up.
  public var redirectedSteps: Int
  /// Steps after which the picture is kept.
  public var snapshots: [Int]

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

public enum ParameterizationKind: Hashable, Sendable {
  case pixel(deviation: Double = 0.01)
  case fourier(decay: Double = 1, deviation: Double = 0.01)
  case laplacian(levels: Int = 4, deviation: Double = 0.01)
  /// Magnitudes are the mean spectrum of the pictures in a folder; `nil`: 1/f.
  case maco(spectrum: String? = nil)

  public var name: String {
    switch self {
    case .pixel: "pixel"
    case .fourier: "fourier"
    case .laplacian: "laplacian"
    case .maco: "maco"
    }
  }
}

public enum ColourChoice: Hashable, Sendable {
  /// Channels are independent.
  case none
  /// ImageNet's correlation for three channels, none for other numbers.
  case decorrelated
  /// Measured on the pictures of a folder.
  case measured(folder: String)
}

public struct WeightedPenalty: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case l1, l2, totalVariation, blur, highFrequency
    /// `nil`: the network's period.
    case lattice(period: Int? = nil)
  }

  public var kind: Kind
  public var weight: Double

  public init(_ kind: Kind, _ weight: Double) {
    self.kind = kind
    self.weight = weight
  }

  public var name: String {
    switch kind {
    case .l1: "l1"
    case .l2: "l2"
    case .totalVariation: "total-variation"
    case .blur: "blur"
    case .highFrequency: "high-frequency"
    case .lattice: "lattice"
    }
  }

  func penalty() throws -> any PicturePenalty {
    switch kind {
    case .l1: return DistancePenalty(.l1)
    case .l2: return DistancePenalty(.l2)
    case .totalVariation: return TotalVariationPenalty()
    case .blur: return BlurPenalty()
    case .highFrequency: return HighFrequencyPenalty()
    case .lattice(let period):
      guard let period else { throw VisualizationError.contradiction("the lattice penalty has no period") }
      return LatticePenalty(period: period, faintest: 0.05)
    }
  }
}

/// The picture at growing sizes, each begun from the one before; the steps are shared out evenly.
public struct Octaves: Hashable, Sendable {
  public var count: Int
  public var ratio: Double

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
    recipe.transforms = transforms.map { transform in
      if case .latticeJitter(nil) = transform { return .latticeJitter(period) }
      return transform
    }
    recipe.penalties = penalties.map { penalty in
      if case .lattice(nil) = penalty.kind { return WeightedPenalty(.lattice(period: period), penalty.weight) }
      return penalty
    }
    recipe.conditioning = conditioning.map { step in
      if case .notch(nil) = step { return .notch(period) }
      return step
    }
    return recipe
  }

  /// - Throws: ``VisualizationError`` for settings outside their range, and for those that exclude each other.
  public func validate() throws {
    func require(_ condition: Bool, _ setting: String, _ value: Any, _ expected: String) throws {
      guard condition else {
        throw VisualizationError.badValue(setting: setting, value: "\(value)", expected: expected)
      }
    }
    try require((0...1_000_000).contains(steps), "steps", steps, "a number from 0 to 1000000")
    try require((1...4096).contains(batch), "batch", batch, "a number from 1 to 4096")
    try require((1...4096).contains(draws), "draws", draws, "a number from 1 to 4096")
    try require(rate > 0 && rate.isFinite, "rate", rate, "a number above 0")
    try require(redirectedSteps >= 0, "redirected-steps", redirectedSteps, "a number from 0")
    try require((1...32).contains(octaves.count), "octaves", octaves.count, "a number from 1 to 32")
    try require(octaves.ratio > 1 && octaves.ratio <= 8, "octave-ratio", octaves.ratio, "a number above 1 and up to 8")
    try require(octaves.count <= max(steps, 1), "octaves", octaves.count, "at most as many octaves as steps")
    try require((16...8192).contains(tile ?? 16), "tile", tile ?? 0, "pixels from 16 to 8192")
    for size in [size, inputSize].compactMap({ $0 }) {
      try require(
        (1...16384).contains(size.height) && (1...16384).contains(size.width), "size", size, "sides from 1 to 16384")
    }
    for penalty in penalties {
      try require(
        penalty.weight >= 0 && penalty.weight.isFinite, "penalty \(penalty.name)", penalty.weight,
        "a weight from 0: penalties are always subtracted")
    }
    for snapshot in snapshots {
      try require((0...steps).contains(snapshot), "snapshots", snapshot, "steps from 0 to \(steps)")
    }
    switch parameterization {
    case .pixel(let deviation), .laplacian(_, let deviation), .fourier(_, let deviation):
      try require(deviation >= 0 && deviation.isFinite, "deviation", deviation, "a number from 0")
    case .maco: break
    }
    if case .laplacian(let levels, _) = parameterization {
      try require((1...16).contains(levels), "levels", levels, "a number from 1 to 16")
    }
    if case .fourier(let decay, _) = parameterization {
      try require((0...4).contains(decay), "decay", decay, "a number from 0 to 4")
    }
    if case .maco = parameterization, octaves.count > 1 {
      throw VisualizationError.contradiction(
        "the maco parameterization keeps the magnitudes of one size: it does not go with octaves")
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
