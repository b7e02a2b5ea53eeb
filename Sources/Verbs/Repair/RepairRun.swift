import GinghamDifferentiation
import GinghamGeneration
import GinghamModelFormats
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamRewriting
import GinghamTensors

/// Rewrites the layers of a network that leave a grid, and measures the network before and after on equal inputs.
public struct RepairRun {
  public let model: Model
  public let settings: RepairSettings
  public let method: RewriteMethod
  private let subject: any RepairSubject
  private let backend: Backend
  private let threads: Int

  /// - Throws: ``NetworkError``, ``GeneratorError``, ``ObjectiveError``, ``EngineError``, ``ImageError`` for pictures to
  ///   measure with.
  public init(_ model: Model, settings: RepairSettings, backend: Backend = .fast, threads: Int) throws {
    self.model = model
    self.settings = settings
    self.backend = backend
    self.threads = threads
    let paints = try Generator.isGenerator(model)
    subject =
      paints
      ? try PictureSubject(model, settings: settings, backend: backend, threads: threads)
      : try GradientSubject(model, settings: settings, backend: backend, threads: threads)
    method = settings.method ?? (paints ? .equalise : .blurpool)
  }

  /// What came of it.
  public struct Result {
    public var findings: RepairFindings
    public let repaired: Model
    let before: RepairMeasurement
    let after: RepairMeasurement
  }

  /// - Parameter progress: told what is done, and how many of how many.
  /// - Throws: ``RepairError`` where nothing is to be rewritten, ``NetworkError/unknownLayer(name:nearest:)``,
  ///   ``ArtifactError/unsupported(layer:why:)`` where a layer cannot be, and what the engine throws.
  public func result(progress: (String, Int, Int) -> Void = { _, _, _ in }) throws -> Result {
    // Names are checked before anything long begins.
    if case .named(let names) = settings.layers { for name in names { _ = try model.network.value(ofLayer: name) } }
    let applicable = model.network.layers(for: method)
    if case .named = settings.layers {
    } else if applicable.isEmpty {
      throw RepairError.nothingToRewrite(method: method, kind: subject.kind)
    }
    let before = try subject.measure(model) { progress("before", $0, $1) }
    let chosen = try choice(before)
    var network = model.network
    var rewrites: [LayerRewrite] = []
    for (index, choice) in chosen.enumerated() {
      progress("rewriting", index, chosen.count)
      let bound = try model.with(network).bound()
      rewrites.append(try network.rewrite(layer: choice.layer, with: method, options: settings.options, bound: bound))
    }
    let repaired = model.with(network)
    let after = try subject.measure(repaired) { progress("after", $0, $1) }
    let difference = RepairFindings.Difference(before: before.outputs, after: after.outputs, kind: subject.kind)
    return Result(
      findings: RepairFindings(
        model: model.source.specification, kind: subject.kind, method: method, chosen: chosen, rewrites: rewrites,
        before: try state(of: model, before), after: try state(of: repaired, after), outputDifference: difference,
        fineTuning: .init(relativeRMS: difference.relativeRMS), samples: subject.count, file: "", readBackError: 0),
      repaired: repaired, before: before, after: after)
  }

  private func choice(_ measured: RepairMeasurement) throws -> [RepairFindings.Choice] {
    switch settings.layers {
    case .named(let names):
      // A name given twice is one layer.
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }.map { .init(layer: $0, reason: "named") }
    case .all:
      return model.network.layers(for: method).map { .init(layer: $0, reason: "every layer that can be rewritten") }
    case .uneven:
      let candidates = try RepairCandidates(model, method: method, subject: subject, measured: measured)
      guard !candidates.chosen.isEmpty else {
        throw RepairError.nothingUneven(method: method, kind: subject.kind, layers: candidates.applicable)
      }
      return candidates.chosen
    }
  }

  private func state(of model: Model, _ measured: RepairMeasurement) throws -> RepairFindings.State {
    let bound = try model.bound()
    let output = bound.resolved(subject.output)
    let prediction =
      switch subject.kind {
      case .pictures: try? PicturePrediction(bound, output: output).finding
      case .gradients: try? GradientPrediction(bound, target: output).input
      }
    var deviations: [String: Double] = [:]
    if subject.kind == .pictures {
      let phases = try bound.kernelPhases()
      for node in bound.nodes {
        if let value = node.outputs.first, let found = phases[value], !node.operation.isStridedConvolution {
          deviations[node.name] = found.meanSumDeviation
        }
      }
    }
    let statistics = bound.layerStatistics
    return RepairFindings.State(
      prediction: prediction, pictures: measured.pictures, locked: measured.locked, gradients: measured.gradients,
      phaseSumDeviations: deviations, multiplyAdds: statistics.multiplyAdds,
      parameters: statistics.reduce(0) { $0 + $1.parameters })
  }

  // MARK: Writing

  /// Writes the repaired network into the run's folder, and reads it again: what it computes must be what was measured.
  /// An input and its output are written beside it (`check/input.npy`, `check/output.npy`), for other runtimes.
  ///
  /// - Parameter name: of the file, ending in `.onnx`.
  /// - Throws: ``FormatError``, ``RepairError/differsWhenRead(path:error:)``.
  public func write(_ result: inout Result, as name: String, into folder: RunFolder) throws {
    let network = result.repaired.network
    guard let input = network.inputs.first else { return }
    let shape = model.inputShape(batch: 1)
    let sequence = NormalSequence(seed: settings.seed, name: "check")
    let sample = Tensor(shape) { sequence.fill($0, mean: 0.5, deviation: 0.25) }
    func output(of network: Network) throws -> Tensor {
      try backend.differentiator(for: network, threads: threads).plan(
        PlanRequest(inputShapes: [shape], targets: [network.outputs[0]], gradients: [])
      ).forward([sample])[0]
    }
    let expected = try output(of: network)
    var error = 0.0
    try folder.write(name) { path in
      try ONNXModel.write(network, to: path, inputShapes: [network.name(of: input.value): shape])
      error = try output(of: ONNXModel.load(path: path)).largestDifference(from: expected)
    }
    guard error <= 1e-4 else { throw RepairError.differsWhenRead(path: name, error: error) }
    try folder.write("check/input.npy") { try sample.write(npy: $0) }
    try folder.write("check/output.npy") { try expected.write(npy: $0) }
    result.findings.file = name
    result.findings.readBackError = error
  }
}

extension Tensor {
  /// max|a − b| ÷ max|b|; infinite where shapes differ.
  fileprivate func largestDifference(from other: Tensor) -> Double {
    guard shape == other.shape else { return .infinity }
    var (difference, scale) = (0.0, 0.0)
    for (a, b) in zip(scalars, other.scalars) {
      difference = max(difference, abs(Double(a) - Double(b)))
      scale = max(scale, abs(Double(b)))
    }
    return scale > 0 ? difference / scale : difference
  }
}

extension Operation {
  fileprivate var isStridedConvolution: Bool {
    if case .convolution(let layer) = self { layer.window.strides.contains { $0 > 1 } } else { false }
  }
}
