import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// A network that paints, judged by its samples: pictures of equal latents, or of equal pictures.
struct PictureSubject: RepairSubject {
  let kind = RepairFindings.Kind.pictures
  let output: ValueID
  private let inputs: Tensor
  private let range: OutputRange
  private let periods: [Int]
  private let backend: Backend
  private let threads: Int

  var count: Int { inputs.shape[0] }

  /// - Throws: ``GeneratorError``, ``NetworkError``, ``EngineError``, ``ImageError`` for pictures.
  init(_ model: Model, settings: RepairSettings, backend: Backend, threads: Int) throws {
    let generator = try Generator(model)
    output = generator.output
    let count = settings.samples ?? 64
    if generator.isLatent {
      // A generator that takes latents says so when it is handed a picture.
      for path in settings.images { _ = try generator.input(pictureAt: path) }
      inputs = try generator.latents(count, seed: settings.seed)
    } else if settings.images.isEmpty {
      inputs = .stacked(SeededPictures.pictures(model.inputShape(batch: count), seed: settings.seed))
    } else {
      inputs = .stacked(try settings.images.map(generator.input(pictureAt:)))
    }
    range = try PictureSampler(generator, backend: backend, threads: threads).range
    let side = generator.pictureShape.dropFirst().min() ?? 0
    let prediction = try? PicturePrediction(generator.network, output: generator.network.resolved(generator.output))
    let lattice = prediction.flatMap { try? Lattice(period: $0.upsamplingLayers.map(\.cumulativeBehind).max() ?? 1) }
    let wanted = lattice?.bandPeriods.filter { $0 <= 32 } ?? []
    periods = (wanted.isEmpty ? [2, 4, 8] : wanted).filter { PictureLattice.smallestSide(for: $0) <= side }
    self.backend = backend
    self.threads = threads
  }

  func measure(_ model: Model, progress: (Int, Int) -> Void) throws -> RepairMeasurement {
    let sampler = try PictureSampler(Generator(model), range: range, backend: backend, threads: threads)
    let samples = try sampler.pictures(of: inputs) { progress($0, count) }
    var found = RepairMeasurement(outputs: samples)
    guard !periods.isEmpty else { return found }
    let lattice = try PictureLattice(periods: periods)
    var (pool, spectra) = (PictureLatticePool(lattice), SpectrumPool())
    var locked = try LockedLattice(periods: periods)
    for index in 0..<samples.shape[0] {
      let channels = try Plane.planes(of: samples.sample(index)).map { try lattice.measure($0, retainsDetail: true) }
      for channel in channels {
        pool.add(channel)
        spectra.add(channel)
      }
      if let picture = locked.picture(measured: channels) { locked.add(picture) }
    }
    found.pictures = try pool.finding()
    found.locked = try locked.finding()
    found.spectrum = spectra.commonest
    return found
  }
}
