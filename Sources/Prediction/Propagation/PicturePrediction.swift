import GinghamLattices
import GinghamNetworks

/// What a generator's architecture alone implies for its pictures: how strongly each position is painted when all
/// weights are alike, worked out forwards through every transposed convolution, resize and depth-to-space. For chains
/// of transposed convolutions these are the overlap counts of Odena, Dumoulin & Olah (2016).
public struct PicturePrediction: Sendable {
  /// The net at one size of its input.
  public var network: BoundNetwork { ground.network }
  /// The picture.
  public var output: ValueID { ground.end }
  /// What was assumed.
  public var options: PredictionOptions { ground.options }
  /// Enlarging layers, in the network's order; cumulative strides are in pixels of the picture.
  public let upsamplingLayers: [StridedLayer]

  let ground: PredictionGround
  let plane: Plane
  var interior: Propagation { ground.interior }
  var bounded: Propagation { ground.bounded }

  /// - Throws: ``ArtifactError/badArgument(_:)`` where the output is no picture,
  ///   ``ArtifactError/unreachable(value:)``, ``ArtifactError/unsupported(layer:why:)``.
  public init(
    _ network: BoundNetwork, output: ValueID? = nil, options: PredictionOptions = PredictionOptions()
  ) throws {
    let ground = try PredictionGround(network, end: output, options: options, bearsMaps: true)
    guard let plane = try ground.interior.forward()[ground.end], let layout = ground.layouts.byValue[ground.end] else {
      throw ArtifactError.unreachable(value: network.name(of: ground.end))
    }
    guard !layout.axes.isEmpty else {
      throw ArtifactError.badArgument("'\(network.name(of: ground.end))' is no picture: it has no spatial axes")
    }
    // Bands are told apart by a transform over all phases, of which a stride of 2¹² has sixteen million.
    let period = max(plane.height, plane.width)
    guard period <= Periods.bounds.upperBound else {
      throw ArtifactError.badPeriod(period, why: "more than \(Periods.bounds.upperBound) pixels are not predicted")
    }
    self.ground = ground
    self.plane = plane
    upsamplingLayers = try PicturePrediction.upsamplingLayers(ground, plane: plane)
  }

  /// Whether anything on the way enlarges: without, there is no lattice to predict.
  public var upsamples: Bool { network.nodes.contains { $0.operation.isUpsampling } }

  /// In pixels.
  public var period: Int { phases.period }

  /// Overlap of one lattice of the picture far from its borders, S×S.
  public var phases: PhaseTable { PhaseTable(tiling: plane) }

  /// The prediction as a finding; periods are in pixels of the picture.
  public var finding: LatticeFinding {
    LatticeFinding(exact: phases, layers: bandLayers, thresholds: options.thresholds)
  }

  /// The overlap map of the whole picture, borders included.
  public func overlap() throws -> Plane {
    guard let plane = try bounded.forward()[output] else {
      throw ArtifactError.unreachable(value: network.name(of: output))
    }
    return plane
  }

  /// The unevenness with some layers changed, by the value each produces.
  ///
  /// - Throws: ``ArtifactError/unreachable(value:)`` where the changed prediction does not reach the output.
  public func unevenness(with mitigations: [ValueID: Mitigation]) throws -> Unevenness {
    var changed = interior
    changed.mitigations = mitigations
    guard let plane = try changed.forward()[output] else {
      throw ArtifactError.unreachable(value: network.name(of: output))
    }
    return Unevenness(of: PhaseTable(tiling: plane))
  }

  private static func upsamplingLayers(_ ground: PredictionGround, plane: Plane) throws -> [StridedLayer] {
    let (network, interior) = (ground.network, ground.interior)
    let layout = interior.layout(ground.end)
    let pixel = (layout.columns ?? layout.rows)?.spacing ?? .one
    func cumulative(_ value: ValueID) -> Int {
      interior.layout(value).axes.compactMap { $0.spacing.times(pixel.denominator, over: pixel.numerator) }
        .map { $0.numerator / $0.denominator }.max() ?? 0
    }
    return try network.nodes.compactMap { node in
      guard let value = node.outputs.first, let input = node.inputs.first ?? nil, node.operation.isUpsampling
      else { return nil }
      let contributions = try interior.contributions(of: value, to: [ground.end: plane]) { try $0.forward() }
      let window = node.operation.upsamplingWindow
      return StridedLayer(
        name: node.name, value: value, front: input, kernel: window?.kernel ?? [], stride: window?.strides ?? [],
        dilation: window?.dilations ?? [], cumulativeBefore: cumulative(value), cumulativeBehind: cumulative(input),
        isPool: false, contribution: contributions[ground.end] ?? [:])
    }
  }

  /// The layer that brings in the band of each period.
  public var bandLayers: [Int: String] { bandLayers(of: Lattice(unchecked: period).bandPeriods) }

  /// The same for periods of which the architecture alone predicts nothing.
  public func bandLayers(of periods: [Int]) -> [Int: String] {
    StridedLayer.owners(of: periods, among: upsamplingLayers)
  }
}

extension StridedLayer {
  /// For each band the layer at which the cumulative stride becomes a multiple of its period; of several the one that
  /// contributes most, and the first of equals.
  static func owners(of periods: [Int], among layers: [StridedLayer]) -> [Int: String] {
    periods.reduce(into: [:]) { names, period in
      var best: StridedLayer?
      for layer in layers
      where layer.cumulativeBehind.isMultiple(of: period) && !layer.cumulativeBefore.isMultiple(of: period)
        && (layer.contribution[period] ?? 0) > (best?.contribution[period] ?? -.infinity) + 1e-9
      {
        best = layer
      }
      names[period] = best?.name
    }
  }
}

extension Operation {
  var upsamplingWindow: Window? {
    if case .transposedConvolution(let convolution) = self { convolution.window } else { nil }
  }

  var isUpsampling: Bool {
    switch self {
    case .transposedConvolution(let convolution): convolution.window.strides.contains { $0 > 1 }
    case .depthToSpace: true
    case .resize(let resize): resize.scales?.contains { $0 > 1 } ?? false
    case .convolution, .maxPool, .averagePool, .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization,
      .batchNormalization, .instanceNormalization, .layerNormalization, .groupNormalization,
      .localResponseNormalization,
      .reduce, .matrixMultiply, .generalMatrixMultiply, .softmax, .concatenate, .split, .slice, .pad, .transpose,
      .reshape,
      .flatten, .squeeze, .unsqueeze, .gather, .expand, .tile, .spaceToDepth, .identity, .dropout, .cast, .shapeOf,
      .sizeOf, .constantOfShape, .range, .align, .gatherElements, .gatherSlices, .scatterElements, .scatterSlices,
      .gridSample, .regionAlign, .cumulativeSum,
      .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random, .branch, .loop,
      .missing:
      false
    }
  }
}
