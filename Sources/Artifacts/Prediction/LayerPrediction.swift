import GinghamNetworks

/// What is predicted for the gradient at one layer's output.
public struct LayerPrediction: Hashable, Sendable, Codable {
  public var name: String
  public var operation: String
  /// Distance between neighbouring elements in input pixels, along columns where the axes differ.
  public var stride: Double
  /// Side of the lattice that strided layers behind this one leave on it, in its own elements; 1 where none is left.
  public var period: Int
  public var cv2: Double
  public var maxMin: Double?
  public var deadShare: Double

  private enum CodingKeys: String, CodingKey {
    case name, operation, stride, period, cv2
    case maxMin = "max_min"
    case deadShare = "dead_share"
  }
}

/// A layer that skips or merges positions, and what it brings in.
public struct StridedLayer: Hashable, Sendable {
  public var name: String
  /// The layer's output.
  public var value: ValueID
  /// Along rows and columns.
  public var kernel: [Int]
  public var stride: [Int]
  public var dilation: [Int]
  /// Cumulative stride before and behind it, in input pixels: rounded down where fractional.
  public var cumulativeBefore: Int
  public var cumulativeBehind: Int
  public var isPool: Bool
  /// By how much each band at the input shrinks when this layer alone reads evenly: what it contributes. Negative
  /// where it damps a band of others.
  public var contribution: [Int: Double]
}

extension GradientPrediction {
  /// Every layer whose gradient is predicted, in the network's order.
  public var layers: [LayerPrediction] {
    network.nodes.compactMap { node in
      guard let value = node.outputs.first, let plane = planes[value] else { return nil }
      let table = phases(of: plane, at: value)
      let unevenness = Unevenness(of: table)
      let layout = interior.layout(value)
      let spacing = (layout.columns ?? layout.rows)?.spacing ?? .one
      return LayerPrediction(
        name: node.name, operation: node.operation.name,
        stride: Double(spacing.numerator) / Double(spacing.denominator), period: table.period, cv2: unevenness.cv2,
        maxMin: unevenness.maxMin, deadShare: unevenness.deadShare)
    }
  }

  /// Layers with a stride above 1 on the way from the input to the target, in the network's order.
  public var stridedLayers: [StridedLayer] {
    let before = Unevenness(of: phases(of: planes[inputValue] ?? Plane(height: 1, width: 1), at: inputValue)).bands
    return network.nodes.compactMap { node in
      guard let value = node.outputs.first, planes[value] != nil, let input = node.inputs.first ?? nil,
        let (window, isPool) = node.operation.downsamplingWindow, window.strides.contains(where: { $0 > 1 })
      else { return nil }
      func cumulative(_ value: ValueID) -> Int {
        let axes = interior.layout(value).axes
        return axes.map { $0.spacing.numerator / $0.spacing.denominator }.max() ?? 0
      }
      // A pool over everything that is left brings nothing in: all positions behind it are one.
      guard cumulative(value) > 0 else { return nil }
      let after = (try? bands(with: [value: .even])) ?? before
      return StridedLayer(
        name: node.name, value: value, kernel: window.kernel, stride: window.strides, dilation: window.dilations,
        cumulativeBefore: cumulative(input), cumulativeBehind: cumulative(value), isPool: isPool,
        contribution: before.reduce(into: [:]) { $0[$1.key] = $1.value - (after[$1.key] ?? 0) })
    }
  }

  /// The layer that brings in the band of each period: of those at which the cumulative stride becomes a multiple of
  /// it, the one that contributes most.
  public var bandLayers: [Int: String] {
    StridedLayer.owners(of: Lattice(unchecked: period).bandPeriods, among: stridedLayers)
  }

  /// The bands at the input with some layers changed.
  public func bands(with mitigations: [ValueID: Mitigation]) throws -> [Int: Double] {
    try unevenness(with: mitigations).bands
  }

  /// The unevenness at the input with some layers changed, by the value each produces: the prediction run again.
  public func unevenness(with mitigations: [ValueID: Mitigation]) throws -> Unevenness {
    var changed = interior
    changed.mitigations = mitigations
    guard let plane = try changed.backward(from: target)[inputValue] else {
      throw ArtifactError.unreachable(value: network.name(of: inputValue))
    }
    return Unevenness(of: phases(of: plane, at: inputValue))
  }
}

extension Operation {
  /// The window of a layer that may merge positions, and whether it is a pool.
  var downsamplingWindow: (window: Window, isPool: Bool)? {
    switch self {
    case .convolution(let convolution): (convolution.window, false)
    case .maxPool(let pool): (pool.window, true)
    case .averagePool(let pool): (pool.window, true)
    default: nil
    }
  }
}
