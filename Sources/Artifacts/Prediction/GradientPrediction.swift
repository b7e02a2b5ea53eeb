import GinghamNetworks
import GinghamTensors

/// What a network's architecture alone implies for its gradients: variance pushed backwards through every layer, no
/// weights and no data needed (Odena, Dumoulin & Olah 2016 ask for it in their last paragraph).
///
/// Exact for linear nets with independent zero-mean weights, whatever their width; rectifiers scale it evenly to good
/// approximation. Interior figures are those of an endless picture, without borders.
public struct GradientPrediction: Sendable {
  public let network: BoundNetwork
  /// Where the gradient starts: the same power at each of its elements.
  public let target: ValueID
  public let options: PredictionOptions
  /// Layers behind which positions could not be followed: gradients above them count as even.
  public let untracedLayers: [String]

  let interior: Propagation
  let bounded: Propagation
  /// Interior variance of every value that leads to the target.
  let planes: [ValueID: Plane]

  /// - Parameters:
  ///   - target: `nil` means the first output.
  /// - Throws: ``ArtifactError/unreachable(value:)`` where no input leads to the target,
  ///   ``ArtifactError/unsupported(layer:why:)`` for layers over volumes or strides that repeat too late.
  public init(
    _ network: BoundNetwork, target: ValueID? = nil, options: PredictionOptions = PredictionOptions()
  ) throws {
    guard let wanted = target ?? network.outputs.first else {
      throw ArtifactError.badArgument("the network has no output to start from")
    }
    let target = network.resolved(wanted)
    let layouts = try SpatialLayouts(network)
    let interior = try Propagation(network, layouts: layouts, region: .interior, options: options)
    let planes = try interior.backward(from: target)
    guard network.inputs.contains(where: { planes[$0] != nil && layouts.byValue[$0] != nil }),
      layouts.byValue[target] != nil
    else { throw ArtifactError.unreachable(value: network.inputs.first.map { network.name(of: $0) } ?? "the input") }
    bounded = try Propagation(network, layouts: layouts, region: .picture, options: options)
    self.interior = interior
    self.planes = planes
    self.network = network
    self.target = target
    self.options = options
    untracedLayers = layouts.untraced
  }

  /// The input whose pixels are looked at: the first that leads to the target.
  public var inputValue: ValueID { network.inputs.first { planes[$0] != nil } ?? network.inputs[0] }

  /// The side of the lattice at the input: the smallest number of pixels after which all strided layers repeat. 1 for
  /// nets without strides.
  public var period: Int { period(at: inputValue) }

  /// The side of the lattice at a value, in its own elements.
  public func period(at value: ValueID) -> Int {
    let (height, width) = interior.extents(network.resolved(value))
    let layout = interior.layout(network.resolved(value))
    return leastCommonMultiple([layout.rows == nil ? 1 : height, layout.columns == nil ? 1 : width]) ?? 1
  }

  /// Interior variance over one lattice of a value, S×S, or `nil` where the value does not lead to the target.
  public func phases(at value: ValueID) -> PhaseTable? {
    planes[network.resolved(value)].map { phases(of: $0, at: network.resolved(value)) }
  }

  func phases(of plane: Plane, at value: ValueID) -> PhaseTable {
    let side = period(at: value)
    return PhaseTable(
      lattice: Lattice(unchecked: side),
      values: (0..<side).flatMap { y in (0..<side).map { x in plane[y % plane.height, x % plane.width] } })
  }

  /// What is predicted for the gradient at a value; band periods are in the value's own elements.
  ///
  /// - Throws: ``ArtifactError/unreachable(value:)`` where the value does not lead to the target.
  public func finding(at value: ValueID) throws -> LatticeFinding {
    guard let phases = phases(at: value) else {
      throw ArtifactError.unreachable(value: network.name(of: value))
    }
    return LatticeFinding(
      exact: phases, layers: value == inputValue ? bandLayers : [:], thresholds: options.thresholds)
  }

  /// What is predicted for the gradient at the pixels.
  public var input: LatticeFinding {
    LatticeFinding(
      exact: phases(of: planes[inputValue] ?? Plane(height: 1, width: 1, repeating: 1), at: inputValue),
      layers: bandLayers, thresholds: options.thresholds)
  }

  /// Variance of the gradient over the whole picture the network is bound to, borders included: H×W of the value.
  ///
  /// - Parameter seed: where the gradient starts among the target's positions; `nil` is everywhere.
  /// - Throws: ``ArtifactError/unreachable(value:)``.
  public func variance(at value: ValueID, startingAt seed: (row: Int, column: Int)? = nil) throws -> Plane {
    var start: Plane?
    if let seed {
      let (height, width) = bounded.extents(target)
      guard (0..<height).contains(seed.row), (0..<width).contains(seed.column) else {
        throw ArtifactError.badArgument("position \(seed.row),\(seed.column) is outside \(height)×\(width)")
      }
      var plane = Plane(height: height, width: width)
      plane[seed.row, seed.column] = 1
      start = plane
    }
    guard let plane = try bounded.backward(from: target, seed: start)[network.resolved(value)] else {
      throw ArtifactError.unreachable(value: network.name(of: value))
    }
    return plane
  }
}
