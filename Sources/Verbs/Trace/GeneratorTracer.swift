import Foundation
import GinghamDiagnosis
import GinghamDifferentiation
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamRewriting
import GinghamTensors

/// Traces the grid of a generator's pictures through its layers: forwards, from the latents to the pixels.
///
/// A band of the picture can only come in where the cumulative enlargement reaches its period; how strong it is on each
/// layer's maps, what the weights of each transposed convolution make inevitable, and what is left of it once these are
/// evened, tell which layer is to blame.
struct GeneratorTracer {
  let generator: Generator
  private let settings: TraceSettings
  private let inputs: GeneratorInputs
  private let sampler: PictureSampler
  private let trial: PictureTrial
  private let context: RunContext
  private let stations: [Station]
  private let prediction: PicturePrediction

  /// A value whose maps are looked at.
  private struct Station {
    let name: String
    let operation: String
    let value: ValueID
    let shape: Shape
    /// Pixels of the picture between neighbours.
    let spacing: Double
    /// Periods in elements of the map, with those in pixels.
    let periods: [(own: Int, pixels: Int)]
  }

  /// Maps with fewer elements a side have no fine detail to measure.
  private static let smallestSide = 12
  /// Bytes of activations that a single pass hands out.
  private static let passLimit = 1 << 28

  /// - Throws: ``GeneratorError`` where the network makes no pictures or takes none, ``NetworkError``, ``EngineError``,
  ///   ``MeasureError``, and ``ArtifactError`` where the network's enlargement cannot be followed.
  init(_ model: Model, settings: TraceSettings, context: RunContext) throws {
    generator = try Generator(model)
    inputs = try GeneratorInputs(
      for: generator, samples: settings.samples, seed: settings.seed, images: settings.images,
      flat: settings.flat, in: context)
    sampler = try PictureSampler(generator, engine: context.engine, team: context.team)
    trial = PictureTrial(inputs: inputs, range: sampler.range, periods: Periods.usual.list, context: context)
    (self.settings, self.context) = (settings, context)
    prediction = try PicturePrediction(generator.network, output: generator.output)
    stations = Self.stations(of: generator, prediction: prediction)
  }

  private static func stations(of generator: Generator, prediction: PicturePrediction) -> [Station] {
    let network = generator.network
    let sampling = network.sampling
    let output = network.resolved(generator.output)
    guard let pixel = sampling[output]?.stride, pixel > 0 else { return [] }
    let leading = network.nodes.ancestors(of: [output])
    var reached = Set(network.inputs)
    var found: [Station] = []
    for node in network.nodes where node.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
      reached.formUnion(node.outputs)
      guard let value = node.outputs.first, leading.contains(value), node.operation.carriesMaps(reached, of: node),
        let shape = network.shapes[value], shape.rank == 4,
        Plane.side(height: shape[2], width: shape[3]) >= smallestSide,
        let stride = sampling[value]?.stride
      else { continue }
      let spacing = stride / pixel
      let periods = prediction.upsamplingLayers.compactMap { layer -> (own: Int, pixels: Int)? in
        // What a layer behind brings in is not there yet.
        guard Double(layer.cumulativeBehind) > spacing,
          let own = Int(exactly: Double(layer.cumulativeBehind) / spacing),
          own > 1, reached.contains(layer.value)
        else { return nil }
        return (own, layer.cumulativeBehind)
      }
      found.append(
        Station(
          name: node.name, operation: node.operation.name, value: value, shape: shape, spacing: spacing,
          periods: Dictionary(periods.map { ($0.own, $0) }) { first, _ in first }.values.sorted { $0.own < $1.own }))
    }
    return found
  }

  /// - Throws: ``ModelError/nonFiniteResult(what:count:of:)``, ``EngineError``, ``ArtifactError``.
  func result() throws -> RunResult<TraceFindings> {
    let thresholds = generator.isSound ? LatticeThresholds.sounds : LatticeThresholds()
    let pictures = SampledPictures(of: inputs, by: sampler, in: context)
    guard let pooled = try pictures.survey(periods: trial.periods, thresholds: thresholds).finding()?.pooled else {
      throw ArtifactError.noMaps
    }
    let gathered = try gather(inputs)
    let names = prediction.bandLayers(of: Array(Set(stations.flatMap { $0.periods.map(\.pixels) })))
    let layers = try stations.map { station in
      let bands = try gathered[station.value]?.lattice?.bands() ?? []
      return GeneratorTrace.Layer(
        name: station.name, operation: station.operation, shape: Array(station.shape.dimensions.dropFirst()),
        spacing: station.spacing, rootMeanSquare: gathered[station.value]?.rootMeanSquare ?? 0,
        bands: bands.compactMap { band in
          station.periods.first { $0.own == band.period }.map {
            .init(band: band, pixels: $0.pixels, layer: names[$0.pixels])
          }
        })
    }
    let grids = try self.grids(gathered)
    let without = try counterfactuals(pictures)
    let trace = GeneratorTrace(
      model: generator.model.source.specification, samples: pictures.count,
      seed: inputs.isDrawn ? settings.seed : nil, layers: layers, upsampling: grids,
      prediction: prediction.upsamples ? prediction.finding : nil, pooled: pooled, thresholds: thresholds,
      without: without,
      causes: causes(pooled, layers: layers, grids: grids, without: without), skipped: inputs.skipped)
    var drawing = GeneratorTraceDrawing(trace: trace)
    let blamed = trace.causes.first.flatMap { $0.layer ?? $0.suspect } ?? prediction.upsamplingLayers.last?.name
    if !generator.isSound, let layer = prediction.upsamplingLayers.first(where: { $0.name == blamed }),
      let maps = gathered[layer.value]
    {
      drawing.maps = .init(layer: layer.name, activations: maps.first, mean: maps.meanTensor)
    }
    return RunResult(.pictures(trace), skipped: inputs.skipped, draw: drawing.draw)
  }

  /// Every station's maps over all samples, in as many passes as memory asks for.
  private func gather(_ inputs: GeneratorInputs) throws -> [ValueID: ActivationMaps] {
    let network = generator.network
    let ends = Set(prediction.upsamplingLayers.flatMap { [$0.value, $0.front] }.map(network.resolved))
    let shown = Set(prediction.upsamplingLayers.map { network.resolved($0.value) })
    let order = network.nodes.compactMap { $0.outputs.first }
    let wanted = Set(stations.map(\.value)).union(ends)
    var gathered: [ValueID: ActivationMaps] = [:]
    for value in order where wanted.contains(value) {
      let periods = stations.first { $0.value == value }?.periods.map(\.own) ?? []
      gathered[value] = ActivationMaps(
        lattice: periods.isEmpty ? nil : try ActivationLattice(periods: periods), keepsMean: ends.contains(value),
        kept: shown.contains(value) ? 4 : 0)
    }
    var passes: [[ValueID]] = [[]]
    var bytes = 0
    for value in order where wanted.contains(value) {
      let size = 4 * (network.shapes[value]?.elementCount ?? 0)
      if bytes + size > Self.passLimit, !(passes.last ?? []).isEmpty {
        passes.append([])
        bytes = 0
      }
      passes[passes.count - 1].append(value)
      bytes += size
    }
    let engine = try context.differentiator(for: generator.model.network)
    let (count, batch) = (inputs.count, generator.batch)
    for values in passes where !values.isEmpty {
      let plan = try engine.plan(
        PlanRequest(inputShapes: [generator.model.inputShape(batch: batch)], targets: values, gradients: []))
      var activations: [Tensor] = []
      for start in stride(from: 0, to: count, by: batch) {
        context.progress.step("layers", start, of: count)
        let taken = min(batch, count - start)
        try plan.forward(
          [generator.filled(inputs.slice(start..<(start + taken)))], into: &activations)
        let maps = zip(values, activations).compactMap { value, tensor in
          gathered[value].map { (maps: $0, tensor: tensor, name: network.name(of: value)) }
        }
        let failures = context.team.map(maps) { part in
          Result { try part.maps.add(part.tensor, samples: taken, name: part.name) }
        }
        for failure in failures { try failure.get() }
      }
    }
    return gathered
  }

  private func grids(_ gathered: [ValueID: ActivationMaps]) throws -> [UpsamplingGrid] {
    let network = generator.network
    return try prediction.upsamplingLayers.compactMap { layer in
      guard let node = network.nodes.first(where: { $0.outputs.first == layer.value }),
        case .transposedConvolution(let convolution) = node.operation, node.inputs.count > 1,
        let weight = node.inputs[1].flatMap({ network.constants[$0]?.tensor }), weight.shape.rank == 4,
        let front = gathered[network.resolved(layer.front)], let behind = gathered[network.resolved(layer.value)]
      else { return nil }
      return try UpsamplingGrid(
        layer: layer.name, period: layer.cumulativeBehind, weight: weight, convolution: convolution, inputs: front.mean,
        outputs: behind.mean, variance: behind.variance, limits: network.limits)
    }
  }

  /// The pictures once a layer's filters have equal phase sums: each layer alone.
  private func counterfactuals(_ pictures: SampledPictures) throws -> [GeneratorTrace.Without] {
    try prediction.upsamplingLayers.compactMap { layer in
      let (network, changed) = generator.model.network.evened([layer.value])
      guard !changed.isEmpty else { return nil }
      var change = PictureChange()
      let evened = try trial.run(generator.model.with(network), counting: "without \(layer.name)") { start, evened in
        change.add(evened, from: try pictures.pictures(from: start))
      }
      guard let lattice = evened.lattice else { return nil }
      return GeneratorTrace.Without(
        layers: [layer.name],
        locked: evened.locked.flatMap { $0.pictures >= PictureSetLattice.fewestLocked ? $0 : nil }, pooled: lattice,
        change: change.levels)
    }
  }

  private func causes(
    _ pooled: PictureFigures, layers: [GeneratorTrace.Layer], grids: [UpsamplingGrid],
    without: [GeneratorTrace.Without]
  ) -> [GeneratorTrace.Cause] {
    let owners = prediction.bandLayers(of: pooled.lattice.bands.map(\.period))
    let least = LockedThresholds().peakDecibels
    return pooled.lattice.bands.compactMap { band in
      let verdict = pooled.setVerdict(of: band.period)
      guard verdict != .clean else { return nil }
      let peak = pooled.peakDecibels(of: band.period)
      let suspect = owners[band.period]
      let blamed = culprit(of: band.period, peak: peak, among: without)
      let named = blamed ?? suspect
      let emergence = layers.first { layer in
        layer.bands.contains { $0.pixels == band.period && ($0.band.peakDecibels ?? 0) >= least }
      }
      let evened = without.first { $0.layers == [named ?? ""] }
      return GeneratorTrace.Cause(
        period: band.period, verdict: verdict, layer: blamed, suspect: suspect,
        growth: .init(of: band.period, in: layers), emergence: emergence?.name,
        grid: grids.first { $0.layer == named }, peak: peak, evenedPeak: evened?.peakDecibels(of: band.period))
    }
  }

  /// The layer whose evening takes most off a peak, and enough of it.
  private func culprit(
    of period: Int, peak: Double?, among without: [GeneratorTrace.Without]
  ) -> String? {
    guard let peak, inputs.count >= GeneratorTrace.Cause.fewestSamples else { return nil }
    let falls = without.compactMap { trial -> (layer: String, fall: Double)? in
      guard let layer = trial.layers.first, let evened = trial.peakDecibels(of: period) else { return nil }
      return (layer, peak - evened)
    }
    return falls.filter { $0.fall >= GeneratorTrace.Cause.leastFall }.max { $0.fall < $1.fall }?.layer
  }
}

extension GinghamNetworks.Operation {
  /// Whether a node is a layer in its user's sense: not a step of an exported formula, whose maps would be the same
  /// figures over and over.
  fileprivate func carriesMaps(_ reached: Set<ValueID>, of node: Node) -> Bool {
    switch self {
    case .convolution, .transposedConvolution, .maxPool, .averagePool, .batchNormalization, .instanceNormalization,
      .layerNormalization, .groupNormalization, .resize, .depthToSpace, .concatenate, .parametricReLU,
      .pixelNormalization:
      true
    case .pointwise(let function):
      switch function {
      case .sqrt, .reciprocal, .exp, .log, .negate, .absolute: false
      default: true
      }
    case .elementwise(.add): node.inputs.allSatisfy { $0.map(reached.contains) ?? false }
    default: false
    }
  }
}
