import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// A network that paints, judged by its samples: pictures of equal latents, or of equal pictures.
struct PictureSubject: RepairSubject {
  let kind = RepairFindings.Kind.pictures
  let output: ValueID
  let skipped: [SkippedFile]
  private let trial: PictureTrial

  var count: Int { trial.inputs.shape[0] }

  /// - Throws: ``GeneratorError``, ``NetworkError``, ``EngineError``, ``ImageError`` and ``MeasureError`` for pictures.
  init(_ model: Model, settings: RepairSettings, context: RunContext) throws {
    let generator = try Generator(model)
    output = generator.output
    let count = settings.samples ?? RepairSettings.samplesOfPictures
    let inputs: Tensor
    if !generator.isLatent, settings.images.isEmpty {
      inputs = .stacked(SeededPictures.inputs(of: model, count: count, seed: settings.seed))
      skipped = []
    } else {
      let given = try GeneratorInputs(
        for: generator, samples: count, seed: settings.seed, images: settings.images, in: context)
      (inputs, skipped) = (given.tensor, given.skipped)
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

  func measure(_ model: Model, counting what: String) throws -> RepairMeasurement {
    let outcome = try trial.run(model, counting: what)
    return RepairMeasurement(
      outputs: outcome.pictures, pictures: outcome.lattice, locked: outcome.locked, spectrum: outcome.spectrum)
  }
}
