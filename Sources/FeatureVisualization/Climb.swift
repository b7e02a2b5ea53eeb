import GinghamDifferentiation
import GinghamTensors

/// The steps at one size.
final class Climb {
  private let recipe: Recipe
  private let canvas: Canvas
  private let inputSize: PictureSize
  private let seed: UInt64
  private let team: ThreadTeam
  private let makeSource: (BackwardRules.ReLU) throws -> any GradientSource
  private let chain: TransformChain
  private let penalties: [(any PicturePenalty, Float)]
  private let starts: Tensor?
  private var source: (relu: BackwardRules.ReLU, source: any GradientSource)?

  /// - Parameter starts: pictures of the canvas' shape whose views the source is shown beside each step's.
  init(
    recipe: Recipe, canvas: Canvas, inputSize: PictureSize, seed: UInt64, team: ThreadTeam = .alone,
    starts: Tensor? = nil,
    source: @escaping (BackwardRules.ReLU) throws -> any GradientSource
  ) throws {
    self.recipe = recipe
    self.canvas = canvas
    self.inputSize = inputSize
    self.seed = seed
    self.team = team
    self.starts = starts
    makeSource = source
    chain = TransformChain(recipe.transforms)
    let size = PictureSize(height: canvas.shape[2], width: canvas.shape[3])
    penalties = try recipe.penalties.filter { $0.weight > 0 }.map { penalty in
      (try penalty.kind.penalty().planned(for: size), Float(penalty.weight))
    }
  }

  /// Climbs from the parameters; leaves the last finite pictures in `result`.
  func run(
    _ start: Tensor, steps: Range<Int>, result: inout Visualization, progress: (Int, Int) -> Void,
    watcher: Renderer.Watcher = { _, _, _ in }
  ) throws {
    var parameters = start
    var optimizer = Optimizer(recipe.optimizer, rate: Float(recipe.rate), team: team)
    var pictures = canvas.pictures(parameters)
    guard pictures.isFinite else { throw VisualizationError.notFinite(what: "the picture to begin from") }
    result.pictures = pictures
    for step in steps {
      if recipe.snapshots.contains(step) { result.snapshots.append((step, pictures)) }
      let (values, slopes) = try ascent(pictures, step: step, since: steps.lowerBound, result: &result)
      guard values.allSatisfy(\.isFinite), slopes.holdsOnlyNumbers else {
        result.stop(at: step)
        return
      }
      result.pictures = pictures
      optimizer.ascend(
        &parameters, along: canvas.gradient(slopes, at: parameters, pictures: pictures))
      canvas.project(&parameters)
      pictures = canvas.pictures(parameters)
      try watcher(step + 1, values, pictures)
      progress(step + 1, recipe.steps)
    }
    guard pictures.isFinite else {
      result.stop(at: steps.upperBound)
      return
    }
    result.pictures = pictures
    if recipe.snapshots.contains(steps.upperBound), steps.upperBound == recipe.steps {
      result.snapshots.append((steps.upperBound, pictures))
    }
  }

  /// The objective's values and the direction at the pictures: through network and transforms, conditioned, less what
  /// the penalties say.
  ///
  /// - Parameter first: the first step at this size. Rectifiers are redirected from there on: what is alive in a small
  ///   octave can be dead in the next.
  func ascent(_ pictures: Tensor, step: Int, since first: Int = 0, result: inout Visualization) throws
    -> ([Float], Tensor)
  {
    let views = try views(of: pictures, step: step)
    let (all, inner) = try source(at: step - first).valuesAndGradient(
      views?(pictures) ?? pictures, beside: starts.map { views?($0) ?? $0 }, step: step)
    var gradient = views?.adjoint(inner) ?? inner
    let values = (0..<recipe.batch).map { picture in
      stride(from: picture, to: all.count, by: recipe.batch).reduce(0) { $0 + all[$1] } / Float(recipe.draws)
    }
    result.note(gradient, values: values, step: step, redirected: recipe.redirectedSteps)
    if gradient.holdsOnlyNumbers {
      for conditioning in recipe.conditioning { gradient = try conditioning(gradient) }
    }
    let unit = recipe.relativePenalties ? gradient.meanMagnitude * Float(pictures.pictureSize.area) : 1
    var cost: Float = 0
    for (penalty, weight) in penalties {
      cost += try penalty.evaluate(pictures, weight: weight * unit, subtractingFrom: &gradient).reduce(0, +)
    }
    result.curve.append(
      Visualization.Point(
        step: step, objective: values.reduce(0, +) / Float(values.count), penalty: cost / Float(values.count)))
    return (values, gradient)
  }

  private func views(of pictures: Tensor, step: Int) throws -> DrawnBatch? {
    let size = pictures.pictureSize
    if chain.transforms.isEmpty, size == inputSize { return nil }
    return try DrawnBatch(
      chain, for: size, pictures: recipe.batch,
      in: DrawContext(
        seed: seed, step: step, steps: recipe.steps, draws: recipe.draws, target: inputSize), on: team)
  }

  private func source(at step: Int) throws -> any GradientSource {
    let relu: BackwardRules.ReLU = step < recipe.redirectedSteps ? .redirected : .exact
    if let source, source.relu == relu { return source.source }
    // The old plan goes before the new one asks for its memory.
    source = nil
    let made = try makeSource(relu)
    source = (relu, made)
    return made
  }
}

extension Tensor {
  /// Whether all elements are finite, told by their exponents: integers compare side by side.
  fileprivate var holdsOnlyNumbers: Bool {
    withUnsafeBufferPointer { elements in
      var largest: UInt32 = 0
      for element in elements { largest = max(largest, element.bitPattern & 0x7f80_0000) }
      return largest < 0x7f80_0000
    }
  }
}
