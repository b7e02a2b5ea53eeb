import Foundation
import GinghamGeneration
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamRewriting

/// `repair`: rewrites the layers of a network that leave a grid, and measures the network before and after on equal
/// inputs.
public struct RepairRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "repair"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: RepairSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: RepairSettings = RepairSettings()) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where a number or the file's name is out of its range, or a kernel is given to a method
  /// without a resize.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``RepairError`` where nothing is to be rewritten or the written file differs,
  ///   ``NetworkError/unknownLayer(name:nearest:)``, ``ArtifactError/unsupported(layer:why:)`` where a layer cannot be
  ///   rewritten, ``GeneratorError``, ``ObjectiveError``, ``ImageError`` where no picture to measure with can be read,
  ///   ``EngineError``, ``FormatError``.
  public func result(in context: RunContext) throws -> RunResult<RepairFindings> {
    try repair(context.load(model), in: context).result
  }

  /// The same of a net that is loaded, and the net as it is rewritten.
  func repair(_ model: Model, in context: RunContext) throws -> (result: RunResult<RepairFindings>, repaired: Model) {
    let paints = try Generator.isGenerator(model)
    let kind = paints ? RepairFindings.Kind.pictures : .gradients
    let methods = settings.with.map { [$0] } ?? kind.methods
    // What is asked for is checked before anything long begins.
    try checkLayers(of: model.network, methods: methods, kind: kind)
    let subject: any RepairSubject =
      paints
      ? try PictureSubject(model, settings: settings, context: context)
      : try GradientSubject(model, settings: settings, context: context)
    let start = RepairedState(model: model, measured: try subject.measure(model, counting: "before"))
    let bound = try model.bound()
    let prediction = subject.prediction(of: bound)
    var search = RepairSearch(
      subject: subject, options: settings.options, methods: methods,
      mostChange: settings.mostChange ?? RepairSettings.usualChange, context: context)
    let repaired: RepairedState
    let chosen: [RepairFindings.Choice]
    var trials: [RepairFindings.Trial] = []
    switch settings.layers {
    case .named(let names):
      // A name given twice is one layer.
      var seen: Set<String> = []
      chosen = names.filter { seen.insert($0).inserted }.map { .init(layer: $0, reasons: [.named]) }
      repaired = try search.rewritten(start, chosen.map(\.layer), with: methods[0], counting: "after")
    case .all:
      chosen = model.network.layers(for: methods[0]).map { .init(layer: $0, reasons: [.every]) }
      repaired = try search.rewritten(start, chosen.map(\.layer), with: methods[0], counting: "after")
    case .uneven:
      let candidates = RepairCandidates(
        model.network, methods: methods, prediction: prediction, measured: start.measured)
      guard !candidates.chosen.isEmpty else {
        throw RepairError.nothingUneven(methods: methods, kind: kind, layers: candidates.applicable)
      }
      let layers = candidates.chosen.map(\.layer)
      var found = try search.run(from: start, on: layers)
      if settings.mostChange == nil, found.state.rewrites.isEmpty,
        found.trials.contains(where: { $0.fate == .tooCostly })
      {
        search.mostChange = RepairSearch.anyChange
        found = try search.run(from: start, on: layers)
      }
      (repaired, trials) = found
      chosen = candidates.chosen.filter { repaired.has($0.layer) }
    }
    let difference = RepairFindings.Difference(
      before: start.measured.outputs, after: repaired.measured.outputs, kind: kind)
    let boundAfter = try repaired.model.bound()
    var findings = RepairFindings(
      model: self.model.specification, kind: kind,
      methods: methods.filter { repaired.rewrites.map(\.method).contains($0) },
      trials: trials, mostChange: search.mostChange == RepairSearch.anyChange ? nil : search.mostChange,
      chosen: chosen, rewrites: repaired.rewrites,
      before: try .init(of: bound, kind: kind, prediction: prediction, measured: start.measured),
      after: try .init(
        of: boundAfter, kind: kind, prediction: subject.prediction(of: boundAfter), measured: repaired.measured),
      outputDifference: difference, fineTuning: .init(relativeRMS: difference.relativeRMS),
      outcome: !repaired.grade.isClean ? .notRepaired : start.grade.isClean ? .clean : .repaired,
      samples: subject.count)
    if let folder = context.folder, !repaired.rewrites.isEmpty {
      context.progress.step("writing")
      let name = settings.out ?? defaultName
      findings.readBackError = try RepairedFile(model: repaired.model, seed: settings.seed, context: context)
        .write(as: name, into: folder)
      findings.file = name
    }
    let drawing = RepairDrawing(
      title: self.model.title, findings: findings, before: start.measured, after: repaired.measured)
    var result = RunResult(
      findings, remarks: prediction.failure.map { ["nothing could be predicted of the architecture: \($0)"] } ?? [],
      skipped: subject.skipped,
      settled: [
        "with": .array(findings.methods.map { .string($0.rawValue) }), "samples": .integer(subject.count),
      ], draw: drawing.draw)
    result.reached = findings.outcome != .notRepaired
    return (result, repaired.model)
  }

  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``, ``RepairError/nothingToRewrite(methods:kind:)``.
  private func checkLayers(of network: Network, methods: [RewriteMethod], kind: RepairFindings.Kind) throws {
    switch settings.layers {
    case .named(let names): for name in names { _ = try network.value(ofLayer: name) }
    case .uneven, .all:
      if methods.allSatisfy({ network.layers(for: $0).isEmpty }) {
        throw RepairError.nothingToRewrite(methods: methods, kind: kind)
      }
    }
  }

  private var defaultName: String { model.title.fileStem + "-repaired.onnx" }
}

extension RepairFindings.Kind {
  /// What is tried where nobody names a method; the first is what stands where the layers are named alone.
  var methods: [RewriteMethod] {
    switch self {
    case .pictures: [.equalise, .stagger, .nearest, .bilinear]
    // A low cut fits one size of pictures, so it is taken only by name.
    case .gradients: [.blurpool, .stagger]
    }
  }
}

extension RepairFindings.State {
  /// - Parameter network: at one size of its input.
  fileprivate init(
    of network: BoundNetwork, kind: RepairFindings.Kind, prediction: RepairPrediction, measured: RepairMeasurement
  ) throws {
    let statistics = network.layerStatistics
    self.init(
      prediction: try prediction.finding(), unpredicted: prediction.failure, pictures: measured.pictures,
      locked: measured.locked, gradients: measured.gradients,
      phaseSumDeviations: kind == .pictures ? try network.phaseSumDeviations : [:],
      multiplyAdds: statistics.multiplyAdds, parameters: statistics.reduce(0) { $0 + $1.parameters })
  }
}
