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
    let model = try context.load(model)
    let paints = try Generator.isGenerator(model)
    let method = settings.with ?? (paints ? .equalise : .blurpool)
    // What is asked for is checked before anything long begins.
    try checkLayers(of: model.network, method: method, kind: paints ? .pictures : .gradients)
    let subject: any RepairSubject =
      paints
      ? try PictureSubject(model, settings: settings, context: context)
      : try GradientSubject(model, settings: settings, context: context)
    let before = try subject.measure(model, counting: "before")
    let bound = try model.bound()
    let prediction = subject.prediction(of: bound)
    let chosen = try choice(model.network, method: method, subject: subject, prediction: prediction, measured: before)
    var network = model.network
    var rewrites: [LayerRewrite] = []
    for (index, choice) in chosen.enumerated() {
      context.progress.step("rewriting", index, of: chosen.count)
      let bound = try model.with(network).bound()
      rewrites.append(
        try network.rewrite(layer: choice.layer, with: method, options: settings.options, bound: bound))
    }
    let repaired = model.with(network)
    let after = try subject.measure(repaired, counting: "after")
    let boundAfter = try repaired.bound()
    let difference = RepairFindings.Difference(before: before.outputs, after: after.outputs, kind: subject.kind)
    var findings = RepairFindings(
      model: self.model.specification, kind: subject.kind, method: method, chosen: chosen, rewrites: rewrites,
      before: try .init(of: bound, kind: subject.kind, prediction: prediction, measured: before),
      after: try .init(
        of: boundAfter, kind: subject.kind, prediction: subject.prediction(of: boundAfter), measured: after),
      outputDifference: difference, fineTuning: .init(relativeRMS: difference.relativeRMS), samples: subject.count)
    if let folder = context.folder {
      context.progress.step("writing")
      let name = settings.out ?? defaultName
      findings.readBackError = try RepairedFile(model: repaired, seed: settings.seed, context: context)
        .write(as: name, into: folder)
      findings.file = name
    }
    let drawing = RepairDrawing(findings: findings, before: before, after: after)
    return RunResult(
      findings, remarks: prediction.failure.map { ["nothing could be predicted of the architecture: \($0)"] } ?? [],
      skipped: subject.skipped,
      settled: ["with": .string(method.rawValue), "samples": .integer(subject.count)], draw: drawing.draw)
  }

  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``, ``RepairError/nothingToRewrite(method:kind:)``.
  private func checkLayers(of network: Network, method: RewriteMethod, kind: RepairFindings.Kind) throws {
    switch settings.layers {
    case .named(let names): for name in names { _ = try network.value(ofLayer: name) }
    case .uneven, .all:
      if network.layers(for: method).isEmpty { throw RepairError.nothingToRewrite(method: method, kind: kind) }
    }
  }

  private func choice(
    _ network: Network, method: RewriteMethod, subject: any RepairSubject, prediction: RepairPrediction,
    measured: RepairMeasurement
  ) throws -> [RepairFindings.Choice] {
    switch settings.layers {
    case .named(let names):
      // A name given twice is one layer.
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }.map { .init(layer: $0, reasons: [.named]) }
    case .all: return network.layers(for: method).map { .init(layer: $0, reasons: [.every]) }
    case .uneven:
      let candidates = try RepairCandidates(network, method: method, prediction: prediction, measured: measured)
      guard !candidates.chosen.isEmpty else {
        throw RepairError.nothingUneven(method: method, kind: subject.kind, layers: candidates.applicable)
      }
      return candidates.chosen
    }
  }

  private var defaultName: String {
    let stem = URL(filePath: model.specification).deletingPathExtension().lastPathComponent
    return String(stem.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }) + "-repaired.onnx"
  }
}

extension RepairFindings.State {
  /// - Parameter network: at one size of its input.
  fileprivate init(
    of network: BoundNetwork, kind: RepairFindings.Kind, prediction: RepairPrediction, measured: RepairMeasurement
  ) throws {
    let statistics = network.layerStatistics
    self.init(
      prediction: prediction.finding, unpredicted: prediction.failure, pictures: measured.pictures,
      locked: measured.locked, gradients: measured.gradients,
      phaseSumDeviations: kind == .pictures ? try network.phaseSumDeviations : [:],
      multiplyAdds: statistics.multiplyAdds, parameters: statistics.reduce(0) { $0 + $1.parameters })
  }
}
