import GinghamNetworks

/// What a generator's architecture alone implies for its pictures: how strongly each position is painted when all
/// weights are alike, worked out forwards through every transposed convolution, resize and depth-to-space. For chains
/// of transposed convolutions these are the overlap counts of Odena, Dumoulin & Olah (2016).
public struct PicturePrediction: Sendable {
  public let network: BoundNetwork
  /// The picture.
  public let output: ValueID
  public let options: PredictionOptions

  let interior: Propagation
  let bounded: Propagation
  let plane: Plane

  /// - Throws: ``ArtifactError/badArgument(_:)`` where the output is no picture,
  ///   ``ArtifactError/unreachable(value:)``, ``ArtifactError/unsupported(layer:why:)``.
  public init(
    _ network: BoundNetwork, output: ValueID? = nil, options: PredictionOptions = PredictionOptions()
  ) throws {
    guard let wanted = output ?? network.outputs.first else {
      throw ArtifactError.badArgument("the network has no output")
    }
    let output = network.resolved(wanted)
    let layouts = try SpatialLayouts(network)
    let interior = try Propagation(network, layouts: layouts, region: .interior, options: options)
    guard let plane = try interior.forward()[output], let layout = layouts.byValue[output] else {
      throw ArtifactError.unreachable(value: network.name(of: output))
    }
    guard !layout.axes.isEmpty else {
      throw ArtifactError.badArgument("'\(network.name(of: output))' is no picture: it has no spatial axes")
    }
    bounded = try Propagation(network, layouts: layouts, region: .picture, options: options)
    self.interior = interior
    self.plane = plane
    self.network = network
    self.output = output
    self.options = options
  }

  /// Whether anything on the way enlarges: without, there is no lattice to predict.
  public var upsamples: Bool { network.nodes.contains { $0.operation.isUpsampling } }

  public var period: Int { period(of: plane) }

  private func period(of plane: Plane) -> Int { leastCommonMultiple([plane.height, plane.width]) ?? 1 }

  private func phases(of plane: Plane) -> PhaseTable {
    let side = period(of: plane)
    return PhaseTable(
      lattice: Lattice(unchecked: side),
      values: (0..<side).flatMap { y in (0..<side).map { x in plane[y % plane.height, x % plane.width] } })
  }

  /// Overlap of one lattice of the picture far from its borders, S×S.
  public var phases: PhaseTable { phases(of: plane) }

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
  public func unevenness(with mitigations: [ValueID: Mitigation]) throws -> Unevenness {
    var changed = interior
    changed.mitigations = mitigations
    return Unevenness(of: phases(of: try changed.forward()[output] ?? plane))
  }

  /// Enlarging layers, in the network's order; cumulative strides are in pixels of the picture.
  public var upsamplingLayers: [StridedLayer] {
    let before = Unevenness(of: phases).bands
    let pixel = (interior.layout(output).columns ?? interior.layout(output).rows)?.spacing ?? .one
    return network.nodes.compactMap { node in
      guard let value = node.outputs.first, let input = node.inputs.first ?? nil, node.operation.isUpsampling
      else { return nil }
      func cumulative(_ value: ValueID) -> Int {
        let axes = interior.layout(value).axes
        return axes.compactMap { $0.spacing.times(pixel.denominator, over: pixel.numerator) }
          .map { $0.numerator / $0.denominator }.max() ?? 0
      }
      let after = (try? unevenness(with: [value: .even]))?.bands ?? before
      let window = node.operation.upsamplingWindow
      return StridedLayer(
        name: node.name, value: value, kernel: window?.kernel ?? [], stride: window?.strides ?? [],
        dilation: window?.dilations ?? [], cumulativeBefore: cumulative(value), cumulativeBehind: cumulative(input),
        isPool: false, contribution: before.reduce(into: [:]) { $0[$1.key] = $1.value - (after[$1.key] ?? 0) })
    }
  }

  /// The layer that brings in the band of each period.
  public var bandLayers: [Int: String] {
    StridedLayer.owners(of: Lattice(unchecked: period).bandPeriods, among: upsamplingLayers)
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
    default: false
    }
  }
}
