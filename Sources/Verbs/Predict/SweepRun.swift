import GinghamArchitectures
import GinghamGeneration
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// Predicts a grid of architectures and ranks them by evenness and cost.
public struct SweepRun {
  private let grid: SweepGrid
  private let options: PredictionOptions

  /// - Throws: ``RecipeError`` with the line, ``FormatError``.
  public init(yaml path: String, options: PredictionOptions = PredictionOptions()) throws {
    grid = try SweepGrid(yaml: path)
    self.options = options
  }

  init(grid: SweepGrid, options: PredictionOptions = PredictionOptions()) {
    (self.grid, self.options) = (grid, options)
  }

  /// - Throws: ``MeasureError/nothingMeasured(count:first:)`` where no combination makes a network,
  ///   ``ArchitectureError`` where the model or one of its options is unknown.
  public func findings(progress: (Int, Int) -> Void = { _, _ in }) throws -> SweepFindings {
    let combinations = grid.combinations
    var (entries, skipped) = ([SweepFindings.Entry](), [SweepFindings.Skipped]())
    for (index, combination) in combinations.enumerated() {
      progress(index, combinations.count)
      let settings = Dictionary(combination.map { ($0.name, $0.value) }) { _, last in last }
      let specification = specification(combination)
      do {
        entries.append(try entry(specification, settings: settings))
      } catch let error as ArchitectureError where !error.isOutOfRange {
        throw error
      } catch {
        skipped.append(.init(specification: specification, reason: "\(error)"))
      }
    }
    guard !entries.isEmpty else {
      throw MeasureError.nothingMeasured(count: combinations.count, first: skipped.first?.reason ?? "")
    }
    let subject: String
    switch grid.subject {
    case .model(let name): subject = name
    case .stack(let layers, let positions):
      subject = "\(layers) transposed convolutions from \(positions)×\(positions) positions"
    }
    return SweepFindings(subject: subject, axes: grid.axes.map(\.name), entries: entries, skipped: skipped)
  }

  private func specification(_ combination: [(name: String, value: Int)]) -> String {
    switch grid.subject {
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

  private func entry(_ specification: String, settings: [String: Int]) throws -> SweepFindings.Entry {
    switch grid.subject {
    case .stack(_, let positions): return try stackEntry(specification, settings: settings, positions: positions)
    case .model: return try modelEntry(specification, settings: settings)
    }
  }

  private func stackEntry(
    _ notation: String, settings: [String: Int], positions: Int
  ) throws -> SweepFindings.Entry {
    let layers = try notation.split(separator: ",").map { try DeconvolutionLayer(parsing: $0) }
    guard layers.allSatisfy({ $0.kernel <= 256 && $0.stride <= 64 }) else {
      throw ArtifactError.badNotation(text: notation, why: "kernels reach to 256 and strides to 64")
    }
    let demo = try OverlapDemo(layers: layers, inputs: positions)
    var line = demo.interior.last ?? []
    guard !line.isEmpty, line.count <= 1024 else {
      throw ArtifactError.badNotation(text: notation, why: "its lattice is longer than 1024 positions")
    }
    if line.count == 1 { line += line }
    let side = line.count
    let products = line.flatMap { row in line.map { Double(row) * Double($0) } }
    let unevenness = Unevenness(of: PhaseTable(lattice: try Lattice(period: side), values: products))
    let counts = [positions] + demo.counts.map(\.count)
    var macs = 0
    for (count, layer) in zip(counts, layers) { macs += count * count * layer.kernel * layer.kernel }
    return Self.entry(notation, settings: settings, unevenness: unevenness, macs: macs)
  }

  private func modelEntry(_ specification: String, settings: [String: Int]) throws -> SweepFindings.Entry {
    var source = ModelSource(specification)
    source.skipsRandomWeights = true
    source.fixesOpenInputs = true
    let model = try source.load()
    let network = try model.bound()
    var macs = network.layerStatistics.multiplyAdds
    let blur = settings["blur"] ?? 1
    let unevenness: Unevenness
    if let generator = try? Generator(model) {
      let prediction = try PicturePrediction(network, output: generator.output, options: options)
      let layers = blur > 1 ? prediction.upsamplingLayers : []
      unevenness = try prediction.unevenness(
        with: Dictionary(layers.map { ($0.value, .convolutionNearerPixels(kernel: blur)) }) { first, _ in first })
      macs += layers.reduce(0) { $0 + blur * blur * (network.shapes[$1.value]?.elementCount ?? 0) }
    } else {
      let prediction = try GradientPrediction(
        network, target: model.network.value(ofLayer: "output"), options: options)
      let layers = blur > 1 ? prediction.stridedLayers.filter { !$0.isPool } : []
      unevenness = try prediction.unevenness(
        with: Dictionary(layers.map { ($0.value, .blurPool(taps: Self.binomial(blur))) }) { first, _ in first })
      macs += layers.reduce(0) { $0 + blur * blur * (network.shapes[$1.value]?.elementCount ?? 0) }
    }
    return Self.entry(specification, settings: settings, unevenness: unevenness, macs: macs)
  }

  private static func entry(
    _ specification: String, settings: [String: Int], unevenness: Unevenness, macs: Int
  ) -> SweepFindings.Entry {
    .init(
      specification: specification, settings: settings, cv2: unevenness.cv2, maxMin: unevenness.maxMin,
      bands: Dictionary(uniqueKeysWithValues: unevenness.bands.map { ("\($0.key)", $0.value) }), macs: macs)
  }

  /// 1, 1 · 1, 2, 1 · 1, 3, 3, 1 …
  private static func binomial(_ count: Int) -> [Double] {
    (1..<count).reduce([1.0]) { row, _ in zip([0] + row, row + [0]).map(+) }
  }
}

extension ArchitectureError {
  fileprivate var isOutOfRange: Bool { if case .optionOutOfRange = self { true } else { false } }
}

extension SweepFindings {
  /// Writes `tradeoff.png`: unevenness against cost.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  public func draw(into folder: RunFolder) throws {
    let front = entries.filter(\.isOnFront).sorted { $0.macs < $1.macs }
    func label(_ entry: Entry) -> String {
      axes.compactMap { name in entry.settings[name].map { "\(name) \($0)" } }.joined(separator: ", ")
    }
    let plot = Plot(
      "\(subject): evenness and cost", x: Axis("multiply-adds", scale: .logarithmic),
      y: Axis("predicted CV²"),
      series: [
        Series("a combination", x: entries.map { Double($0.macs) }, y: entries.map(\.cv2), style: .points),
        Series(
          "none as even is cheaper", x: front.map { Double($0.macs) }, y: front.map(\.cv2), style: .lineWithPoints,
          labels: front.map(label)),
      ], plotSize: (620, 320))
    try folder.write("tradeoff.png") { try plot.figure().write(to: $0) }
  }
}
