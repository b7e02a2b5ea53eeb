import GinghamDifferentiation
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamRewriting
import GinghamTensors

/// A network that paints, judged by its samples: pictures of equal latents, or of equal pictures.
struct PictureSubject: RepairSubject {
  let kind = RepairFindings.Kind.pictures
  let output: ValueID
  let skipped: [SkippedFile]
  private let trial: PictureTrial
  private let context: RunContext

  var count: Int { trial.inputs.count }

  /// - Throws: ``GeneratorError``, ``NetworkError``, ``EngineError``, ``ImageError`` and ``MeasureError`` for pictures.
  init(_ model: Model, settings: RepairSettings, context: RunContext) throws {
    let generator = try Generator(model)
    (output, self.context) = (generator.output, context)
    let count = settings.samples ?? RepairSettings.samplesOfPictures
    let inputs: GeneratorInputs
    if !generator.isLatent, settings.images.isEmpty {
      let drawn = Tensor.stacked(SeededPictures.inputs(of: model, count: count, seed: settings.seed))
      inputs = GeneratorInputs(drawn, of: generator)
      skipped = []
    } else {
      inputs = try GeneratorInputs(
        for: generator, samples: count, seed: settings.seed, images: settings.images,
        keepingPictures: true, in: context)
      skipped = inputs.skipped
    }
    trial = PictureTrial(
      inputs: inputs,
      range: try PictureSampler(generator, engine: context.engine, team: context.team).range,
      periods: Self.periods(of: generator), context: context)
  }

  /// The bands that the network's enlargements give, as far as they fit its pictures.
  private static func periods(of generator: Generator) -> [Int] {
    let shape = generator.pictureShape
    let side = shape.count == 3 ? Plane.side(height: shape[1], width: shape[2]) : 0
    let longest = generator.prediction.0?.upsamplingLayers.map(\.cumulativeBehind).max() ?? 1
    let bands = (2...32).filter { longest.isMultiple(of: $0) }
    return (bands.isEmpty ? [2, 4, 8] : bands).filter { PictureLattice.smallestSide(for: $0) <= side }
  }

  func prediction(of network: BoundNetwork) -> RepairPrediction {
    RepairPrediction(ofPictures: network, output: output)
  }

  func staggering(of layer: String, in model: Model) throws -> [StaggerOffset]? {
    let generator = try Generator(model)
    let network = generator.network
    guard let node = network.nodes.first(where: { $0.name == layer }),
      case .transposedConvolution(let convolution) = node.operation, let front = node.inputs.first ?? nil,
      node.inputs.count > 1, let weight = node.inputs[1].flatMap({ network.constants[$0]?.tensor }),
      let shape = network.shapes[front], shape.rank == 4, !network.inputs.contains(front)
    else { return nil }
    let upsampling = generator.prediction.0?.upsamplingLayers ?? []
    let spacing = upsampling.first { $0.name == layer }?.cumulativeBehind ?? 1
    let coarser = (upsampling.map(\.cumulativeBehind).max() ?? 1) / max(spacing, 1)
    let room = max(1, min(shape[2], shape[3]) / 2)
    var phases = ChannelPhases(channels: shape[1], period: max(1, min(coarser, Self.longestLattice, room)))
    let engine = try context.differentiator(for: model.network)
    let batch = generator.batch
    let plan = try engine.plan(
      PlanRequest(inputShapes: [model.inputShape(batch: batch)], targets: [front], gradients: []))
    for start in stride(from: 0, to: count, by: batch) {
      context.progress.step(layer, start, of: count)
      let taken = min(batch, count - start)
      let maps = try plan.forward([generator.filled(trial.inputs.slice(start..<(start + taken)))])[0]
      for index in 0..<taken { try phases.add(maps.sample(index)) }
    }
    return StaggerBalance(painting: convolution.window, groups: convolution.groups, weight: weight, front: phases)?
      .offsets
  }

  /// Of a layer's input, in its elements.
  private static let longestLattice = 4

  func measure(_ model: Model, counting what: String) throws -> RepairMeasurement {
    var pictures: [Tensor] = []
    let outcome = try trial.run(model, counting: what) { pictures.append($1) }
    return RepairMeasurement(
      outputs: .stacked(pictures), pictures: outcome.lattice, locked: outcome.locked, spectrum: outcome.spectrum)
  }
}
