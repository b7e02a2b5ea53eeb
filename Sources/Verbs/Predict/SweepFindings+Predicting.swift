import GinghamArchitectures
import GinghamGeneration
import GinghamLattices
import GinghamModels
import GinghamPrediction

extension SweepFindings {
  /// Predicts every combination of a grid.
  ///
  /// - Throws: ``MeasureError/nothingMeasured(count:first:)`` where no combination makes a network,
  ///   ``ArchitectureError`` where the model or one of its options is unknown.
  init(of grid: SweepGrid, options: PredictionOptions = PredictionOptions(), progress: RunProgress = .silent) throws {
    let combinations = grid.combinations
    var (entries, skipped) = ([Entry](), [Skipped]())
    for (index, combination) in combinations.enumerated() {
      progress.step("predicting", index, of: combinations.count)
      let settings = Dictionary(combination.map { ($0.name, $0.value) }) { _, last in last }
      let specification = grid.specification(of: combination)
      do {
        entries.append(
          try Entry(specification, settings: settings, prediction: grid.prediction(specification, settings, options)))
      } catch let error as ArchitectureError where !error.isOutOfRange {
        throw error
      } catch {
        skipped.append(.init(specification: specification, reason: "\(error)"))
      }
    }
    guard !entries.isEmpty else {
      throw MeasureError.nothingMeasured(count: combinations.count, first: skipped.first?.reason ?? "")
    }
    self.init(subject: grid.subject.description, axes: grid.axes.map(\.name), entries: entries, skipped: skipped)
  }
}

extension SweepFindings.Entry {
  fileprivate init(
    _ specification: String, settings: [String: Int], prediction: (unevenness: Unevenness, multiplyAdds: Int)
  ) {
    self.init(
      specification: specification, settings: settings, cv2: prediction.unevenness.cv2,
      maxMin: prediction.unevenness.maxMin,
      bands: Dictionary(uniqueKeysWithValues: prediction.unevenness.bands.map { ("\($0.key)", $0.value) }),
      macs: prediction.multiplyAdds)
  }
}

extension ArchitectureError {
  fileprivate var isOutOfRange: Bool { if case .optionOutOfRange = self { true } else { false } }
}

extension SweepGrid.Subject: CustomStringConvertible {
  var description: String {
    switch self {
    case .model(let name): name
    case .stack(let layers, let positions):
      "\(layers) transposed convolutions from \(positions)×\(positions) positions"
    }
  }
}

extension SweepGrid {
  /// As other verbs take it, or the notation of a stack.
  fileprivate func specification(of combination: [(name: String, value: Int)]) -> String {
    switch subject {
    case .model(let name):
      let options = combination.filter { $0.name != "blur" }.map { "\($0.name)=\($0.value)" }
      return options.isEmpty ? name : name + (name.contains("?") ? "&" : "?") + options.joined(separator: "&")
    case .stack(let layers, _):
      let value = Dictionary(combination.map { ($0.name, $0.value) }) { _, last in last }
      let layer = DeconvolutionLayer(
        kernel: value["kernel"] ?? 1, stride: value["stride"] ?? 1, padding: value["padding"] ?? 0,
        dilation: value["dilation"] ?? 1, outputPadding: value["output-padding"] ?? 0)
      let blur = value["blur"] ?? 1
      let blurred = blur > 1 ? [layer, DeconvolutionLayer(kernel: blur, stride: 1, padding: (blur - 1) / 2)] : [layer]
      return Array(repeating: blurred, count: layers).flatMap { $0 }.map(\.description).joined(separator: ",")
    }
  }

  /// How even a combination is, and what it costs.
  fileprivate func prediction(
    _ specification: String, _ settings: [String: Int], _ options: PredictionOptions
  ) throws -> (unevenness: Unevenness, multiplyAdds: Int) {
    switch subject {
    case .stack(_, let positions):
      let layers = try specification.split(separator: ",").map { try DeconvolutionLayer(parsing: $0) }
      guard layers.allSatisfy({ $0.kernel <= 256 && $0.stride <= 64 }) else {
        throw ArtifactError.badNotation(text: specification, why: "kernels reach to 256 and strides to 64")
      }
      let demo = try OverlapDemo(layers: layers, inputs: positions)
      return (try demo.interiorUnevenness(), demo.multiplyAdds)
    case .model:
      var source = ModelSource(specification)
      source.skipsRandomWeights = true
      source.fixesOpenInputs = true
      return try source.load().evenness(blur: settings["blur"] ?? 1, options: options)
    }
  }
}
