import GinghamAttribution
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Makes pictures that an objective likes: parameters → pictures → transforms → network → objective, and the gradient all
/// the way back, as often as the recipe says.
public final class Renderer {
  /// How pictures are made.
  public let recipe: Recipe
  /// What is differentiated.
  public let objective: any Objective
  /// Of the pictures.
  public let channels: Int
  /// Of the pictures.
  public let size: PictureSize
  /// Of every random number.
  public let seed: UInt64

  private let differentiator: any Differentiator
  private let materials: Materials

  /// What a recipe needs from outside.
  public struct Materials: Sendable {
    /// C×H×W in 0…1 to begin from, of any size; or parameters of the recipe's parameterization. `nil`: noise.
    public var start: Tensor?
    /// For ``ColourChoice/measured(folder:)``.
    public var colour: ColourCorrelation?
    /// What a parameterization measured on pictures (``ParameterizationKind/measured(on:)``), such as C×H×(W/2+1) at
    /// the picture's size for ``ParameterizationKind/maco(spectrum:)``.
    public var spectrum: Tensor?
    /// What keeps the pictures near the start, which is a picture then.
    public var hold: Hold?

    /// With the properties of the same names.
    public init(
      start: Tensor? = nil, colour: ColourCorrelation? = nil, spectrum: Tensor? = nil, hold: Hold? = nil
    ) {
      self.start = start
      self.colour = colour
      self.spectrum = spectrum
      self.hold = hold
    }
  }

  /// - Parameters:
  ///   - size: of the picture where the recipe names none.
  ///   - channels: of the network's input.
  ///   - latticePeriod: stands in wherever the recipe leaves a period to the network.
  /// - Throws: ``VisualizationError``.
  public init(
    _ recipe: Recipe, objective: any Objective, differentiator: any Differentiator, size: PictureSize, channels: Int,
    latticePeriod: Int, seed: UInt64, materials: Materials = Materials()
  ) throws {
    let recipe = recipe.resolved(period: latticePeriod)
    try recipe.validate()
    try materials.hold?.validate(for: recipe)
    self.recipe = recipe
    self.objective = objective
    self.differentiator = PlanCache(differentiator)
    self.size = recipe.size ?? size
    self.channels = channels
    self.seed = seed
    self.materials = materials
    let chain = TransformChain(recipe.transforms)
    for stage in recipe.octaves.stages(self.size, steps: recipe.steps) {
      try chain.validate(for: stage.size, target: inputSize(for: stage.size))
    }
  }

  /// What the network is shown of a picture of a size.
  private func inputSize(for size: PictureSize) -> PictureSize { recipe.inputSize ?? size }

  /// What is shown to whoever watches a climb: steps done, the objective's value at each picture before the last step, and
  /// the pictures after it, N×C×H×W in 0…1 at the size of the octave.
  public typealias Watcher = (_ step: Int, _ values: [Float], _ pictures: Tensor) throws -> Void

  /// Runs all steps.
  ///
  /// - Parameters:
  ///   - progress: called after each step.
  ///   - watcher: is shown each step; what it throws ends the climb.
  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError``, ``VisualizationError``; an objective that leaves
  ///   the finite numbers on the way does not throw: ``Visualization/stoppedAt`` says so.
  public func run(
    progress: (_ step: Int, _ of: Int) -> Void = { _, _ in }, watcher: Watcher = { _, _, _ in }
  ) throws -> Visualization {
    var result = Visualization(steps: recipe.steps, pictures: Tensor([0]))
    var pictures = try materials.start.flatMap { try startPicture($0) }
    let stages = recipe.octaves.stages(size, steps: recipe.steps)
    let original = pictures
    var base: Tensor?
    var done = 0
    for stage in stages {
      let canvas = try canvas(stage.size)
      let shrunk = original.map { resized($0, to: stage.size) }
      if let previous = pictures, let base, let shrunk {
        // Only what the optimizer added is carried on; the photograph's own detail comes from the photograph.
        var detail = previous
        detail.add(base, times: -1)
        var next = resized(detail, to: stage.size)
        next.add(shrunk)
        pictures = next.map { min(max($0, 0), 1) }
      } else {
        pictures = pictures.map { resized($0, to: stage.size) }
      }
      base = shrunk
      let parameters = try startParameters(canvas, from: pictures)
      let climb = try Climb(
        recipe: recipe, canvas: canvas, inputSize: inputSize(for: stage.size), seed: seed,
        team: differentiator.team, starts: materials.hold == nil ? nil : shrunk,
        source: { [unowned self] relu in try source(stage.size, rules: rules(relu), starts: shrunk) })
      try climb.run(
        parameters, steps: done..<(done + stage.steps), result: &result, progress: progress, watcher: watcher)
      done += stage.steps
      pictures = result.pictures
      if result.stoppedAt != nil { break }
    }
    // An early end in a small octave still gives the size that was asked for.
    result.pictures = resized(result.pictures, to: size)
    try measure(&result)
    if let hold = materials.hold, let original { result.accentuations = try accentuations(result, of: original, hold) }
    return result
  }

  private func canvas(_ size: PictureSize) throws -> Canvas {
    let shape: Shape = [recipe.batch, channels, size.height, size.width]
    let space = recipe.parameterization.space(shape: shape, materials: materials, team: differentiator.team)
    let colour: ColourCorrelation? =
      switch recipe.colour {
      case .none: nil
      case .decorrelated: channels == 3 ? .imageNet : nil
      case .measured: materials.colour
      }
    return try Canvas(space, colour: colour, range: recipe.range, team: differentiator.team)
  }

  /// The given start as a batch of pictures; `nil` where it is parameters.
  private func startPicture(_ start: Tensor) throws -> Tensor? {
    let space = try canvas(size).space
    let parameters = space.parameterShape
    if Self.withoutOnes(start.shape) == Self.withoutOnes(parameters), !space.isIdentity { return nil }
    guard start.shape.rank == 3, start.shape[0] == channels else {
      throw VisualizationError.wrongStart(
        expected: [[channels, size.height, size.width], parameters], found: start.shape)
    }
    let one = resized(start.reshaped(to: Shape([1] + start.shape.dimensions)), to: size)
    return .stacked([Tensor](repeating: one, count: recipe.batch))
  }

  private func startParameters(_ canvas: Canvas, from pictures: Tensor?) throws -> Tensor {
    if let pictures { return try canvas.parameters(for: pictures) }
    guard let start = materials.start else { return canvas.space.initial(seed: seed) }
    guard recipe.octaves.count == 1 else {
      throw VisualizationError.contradiction("parameters to begin from do not go with octaves; give a picture")
    }
    return start.reshaped(to: canvas.space.parameterShape)
  }

  private static func withoutOnes(_ shape: Shape) -> [Int] { shape.dimensions.filter { $0 != 1 } }

  private func resized(_ pictures: Tensor, to size: PictureSize) -> Tensor {
    pictures.pictureSize == size ? pictures : pictures.resized(height: size.height, width: size.width)
  }

  private func rules(_ relu: BackwardRules.ReLU) throws -> BackwardRules {
    guard recipe.smoothsStrides else { return BackwardRules(relu: relu) }
    return BackwardRules(
      evening: try UnevenLayer.all(of: differentiator.network, towards: objective.layers), relu: relu)
  }

  private func source(_ size: PictureSize, rules: BackwardRules, starts: Tensor? = nil) throws -> any GradientSource {
    if let hold = materials.hold {
      guard let starts else {
        throw VisualizationError.contradiction("a layer is held near a picture to begin from: give one")
      }
      return try HoldingPass(
        objective, hold: hold, of: differentiator, starts: resized(starts, to: inputSize(for: size)),
        draws: recipe.draws, rules: rules)
    }
    if let tile = recipe.tile, size.height > tile || size.width > tile {
      let extent = PictureSize(height: min(tile, size.height), width: min(tile, size.width))
      let pass = try ObjectivePass(
        objective, of: differentiator, inputShapes: [[1, channels, extent.height, extent.width]], rules: rules,
        wholeActivations: false)
      return TiledPass(pass: pass, tile: extent, seed: seed)
    }
    let input = inputSize(for: size)
    let pass = try ObjectivePass(
      objective, of: differentiator,
      inputShapes: [[recipe.batch * recipe.draws, channels, input.height, input.width]], rules: rules,
      wholeActivations: false)
    return WholePass(pass: pass)
  }

  /// The finished pictures through the network without transforms and without surrogates.
  private func measure(_ result: inout Visualization) throws {
    if recipe.tile != nil {
      let (values, gradient) = try source(size, rules: BackwardRules()).valuesAndGradient(
        result.pictures, beside: nil, step: 0)
      (result.activations, result.gradient) = (values, gradient)
      return
    }
    let input = inputSize(for: size)
    let shown = resized(result.pictures, to: input)
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [shown.shape], wholeActivations: false)
    let (values, gradients) = try pass.valuesAndGradients(shown)
    (result.activations, result.gradient) = (values, gradients[0])
  }

  private func accentuations(_ result: Visualization, of starts: Tensor, _ hold: Hold) throws -> [Accentuation] {
    let input = inputSize(for: size)
    let shown = [starts, result.pictures].map { resized($0, to: input) }
    let before = try ObjectivePass(
      objective, of: differentiator, inputShapes: [shown[0].shape], wholeActivations: false
    ).values(shown[0])
    let plan = try differentiator.plan(
      PlanRequest(
        inputShapes: [shown[0].shape], targets: [try differentiator.network.value(ofLayer: hold.layer)], gradients: [],
        readsMaps: true))
    let seen = try shown.map { try plan.forward([$0])[0] }
    return (0..<recipe.batch).map { index in
      let reference = seen[0].sample(index)
      var step = seen[1].sample(index)
      step.add(reference, times: -1)
      return Accentuation(before: before[index], distance: step.length / reference.length)
    }
  }
}
