import GinghamLattices
import GinghamNetworks

/// What is predicted for the gradient at one layer's output.
public struct LayerPrediction: Hashable, Sendable, Encodable {
  /// Of the layer.
  public var name: String
  /// The operation's name.
  public var operation: String
  /// Distance between neighbouring elements in input pixels, along columns where the axes differ.
  public var stride: Double
  /// Side of the lattice that strided layers behind this one leave on it, in its own elements; 1 where none is left.
  public var period: Int
  /// Squared coefficient of variation of the phases' energies.
  public var cv2: Double
  /// Strongest over weakest phase; `nil` where one is dead.
  public var maxMin: Double?
  /// Share of the phases without energy, in 0…1.
  public var deadShare: Double
}

/// A layer that skips or merges positions, and what it brings in.
public struct StridedLayer: Hashable, Sendable {
  /// Of the layer.
  public var name: String
  /// The layer's output.
  public var value: ValueID
  /// What it reads.
  public var front: ValueID
  /// Along rows and columns.
  public var kernel: [Int]
  /// Rows and columns.
  public var stride: [Int]
  /// Rows and columns.
  public var dilation: [Int]
  /// Cumulative stride before and behind it, in input pixels: rounded down where fractional.
  public var cumulativeBefore: Int
  /// Product of the strides from here to the target.
  public var cumulativeBehind: Int
  /// Whether it has no weights.
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
      let table = PhaseTable(tiling: plane)
      let unevenness = Unevenness(of: table)
      let layout = interior.layout(value)
      let spacing = (layout.columns ?? layout.rows)?.spacing ?? .one
      return LayerPrediction(
        name: node.name, operation: node.operation.name,
        stride: Double(spacing.numerator) / Double(spacing.denominator), period: table.period, cv2: unevenness.cv2,
        maxMin: unevenness.maxMin, deadShare: unevenness.deadShare)
    }
  }

  /// - Throws: ``ArtifactError`` where the prediction without a layer's lattice fails.
  static func stridedLayers(_ ground: PredictionGround, planes: [ValueID: Plane]) throws -> [StridedLayer] {
    let (network, interior) = (ground.network, ground.interior)
    let input = inputValue(of: network, planes: planes)
    return try network.nodes.compactMap { node in
      guard let value = node.outputs.first, planes[value] != nil, let front = node.inputs.first ?? nil,
        let (window, isPool) = node.operation.downsamplingWindow, window.strides.contains(where: { $0 > 1 })
      else { return nil }
      // A pool over everything that is left brings nothing in: all positions behind it are one.
      let behind = interior.cumulativeStride(at: value)
      guard behind > 0 else { return nil }
      let contributions = try interior.contributions(of: value, to: planes.filter { $0.key == input }) {
        try $0.backward(from: ground.end, resuming: planes, behind: value)
      }
      return StridedLayer(
        name: node.name, value: value, front: front, kernel: window.kernel, stride: window.strides,
        dilation: window.dilations,
        cumulativeBefore: interior.cumulativeStride(at: front), cumulativeBehind: behind, isPool: isPool,
        contribution: contributions[input] ?? [:])
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

  /// The unevenness at the input, or at another value, with some layers changed, by the value each produces: the
  /// prediction run again.
  public func unevenness(with mitigations: [ValueID: Mitigation], at value: ValueID? = nil) throws -> Unevenness {
    var changed = interior
    changed.mitigations = mitigations
    let behind = mitigations.count == 1 ? mitigations.keys.first : nil
    let found =
      try behind.map { try changed.backward(from: target, resuming: planes, behind: $0) }
      ?? changed.backward(from: target)
    let value = value.map(network.resolved) ?? inputValue
    guard let plane = found[value] else { throw ArtifactError.unreachable(value: network.name(of: value)) }
    return Unevenness(of: PhaseTable(tiling: plane))
  }
}

extension Propagation {
  /// What one layer brings in: by how much each band at some values shrinks when this layer alone is made even and the
  /// prediction runs again.
  ///
  /// - Parameters:
  ///   - planes: as they are, at the values that are looked at.
  ///   - predict: runs the prediction, told with what.
  /// - Throws: ``ArtifactError`` where the second prediction fails or no longer reaches a value: that the layer brings in
  ///   nothing would be another statement.
  func contributions(
    of layer: ValueID, to planes: [ValueID: Plane], _ predict: (Propagation) throws -> [ValueID: Plane]
  ) throws -> [ValueID: [Int: Double]] {
    var even = self
    even.mitigations = [layer: .even]
    let evened = try predict(even)
    return try planes.reduce(into: [:]) { found, entry in
      guard let after = evened[entry.key].map({ Unevenness(of: PhaseTable(tiling: $0)).bands }) else {
        throw ArtifactError.unreachable(value: network.name(of: entry.key))
      }
      let before = Unevenness(of: PhaseTable(tiling: entry.value)).bands
      found[entry.key] = before.reduce(into: [:]) { $0[$1.key] = $1.value - (after[$1.key] ?? 0) }
    }
  }

  /// Whole input pixels between neighbours of a value; 0 where it has no positions or they are closer than pixels.
  func cumulativeStride(at value: ValueID) -> Int {
    layout(value).axes.map { $0.spacing.numerator / $0.spacing.denominator }.max() ?? 0
  }
}
