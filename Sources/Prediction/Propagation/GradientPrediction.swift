import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// What a network's architecture alone implies for its gradients: variance pushed backwards through every layer, no
/// weights and no data needed (Odena, Dumoulin & Olah 2016 ask for it in their last paragraph).
///
/// Exact for linear nets with independent zero-mean weights, whatever their width; rectifiers scale it evenly to good
/// approximation. Interior figures are those of an endless picture, without borders.
public struct GradientPrediction: Sendable {
  /// The net at one size of its input.
  public var network: BoundNetwork { ground.network }
  /// Where the gradient starts: the same power at each of its elements.
  public var target: ValueID { ground.end }
  /// What was assumed.
  public var options: PredictionOptions { ground.options }
  /// Layers behind which positions could not be followed: gradients above them count as even.
  public var untracedLayers: [String] { ground.layouts.untraced }
  /// Layers with a stride above 1 on the way from the input to the target, in the network's order.
  public let stridedLayers: [StridedLayer]

  let ground: PredictionGround
  var interior: Propagation { ground.interior }
  var bounded: Propagation { ground.bounded }
  /// Interior variance of every value that leads to the target.
  let planes: [ValueID: Plane]

  /// - Parameters:
  ///   - target: `nil` means the first output.
  /// - Throws: ``ArtifactError/unreachable(value:)`` where no input leads to the target,
  ///   ``ArtifactError/unsupported(layer:why:)`` for layers over volumes or strides that repeat too late.
  public init(
    _ network: BoundNetwork, target: ValueID? = nil, options: PredictionOptions = PredictionOptions()
  ) throws {
    let ground = try PredictionGround(network, end: target, options: options)
    let planes = try ground.interior.backward(from: ground.end)
    guard network.inputs.contains(where: { planes[$0] != nil && ground.layouts.byValue[$0] != nil }),
      ground.layouts.byValue[ground.end] != nil
    else { throw ArtifactError.unreachable(value: network.inputs.first.map { network.name(of: $0) } ?? "the input") }
    self.ground = ground
    self.planes = planes
    stridedLayers = try GradientPrediction.stridedLayers(ground, planes: planes)
  }

  /// The input whose pixels are looked at: the first that leads to the target.
  public var inputValue: ValueID { GradientPrediction.inputValue(of: network, planes: planes) }

  static func inputValue(of network: BoundNetwork, planes: [ValueID: Plane]) -> ValueID {
    network.inputs.first { planes[$0] != nil } ?? network.inputs[0]
  }

  /// The side of the lattice at the input: the smallest number of pixels after which all strided layers repeat. 1 for
  /// nets without strides.
  public var period: Int { period(at: inputValue) }

  /// The side of the lattice at a value, in its own elements.
  public func period(at value: ValueID) -> Int {
    let (height, width) = interior.extents(network.resolved(value))
    return leastCommonMultiple([height, width]) ?? 1
  }

  /// Interior variance over one lattice of a value, S×S, or `nil` where the value does not lead to the target.
  public func phases(at value: ValueID) -> PhaseTable? {
    planes[network.resolved(value)].map(PhaseTable.init(tiling:))
  }

  /// Interior variance over one lattice of the pixels.
  public var inputPhases: PhaseTable {
    PhaseTable(tiling: planes[inputValue] ?? Plane(height: 1, width: 1, repeating: 1))
  }

  /// What is predicted for the gradient at a value; band periods are in the value's own elements.
  ///
  /// - Throws: ``ArtifactError/unreachable(value:)`` where the value does not lead to the target.
  public func finding(at value: ValueID) throws -> LatticeFinding {
    guard let phases = phases(at: value) else {
      throw ArtifactError.unreachable(value: network.name(of: value))
    }
    return LatticeFinding(
      exact: phases, layers: try bandLayers(at: [value])[value] ?? [:], thresholds: options.thresholds)
  }

  /// What is predicted for the gradient at the pixels.
  public var input: LatticeFinding {
    LatticeFinding(exact: inputPhases, layers: bandLayers, thresholds: options.thresholds)
  }

  /// Variance of the gradient over the whole picture the network is bound to, borders included: H×W of the value.
  ///
  /// - Parameter seed: where the gradient starts among the target's positions; `nil` is everywhere.
  /// - Throws: ``ArtifactError/unreachable(value:)``.
  public func variance(at value: ValueID, startingAt seed: (row: Int, column: Int)? = nil) throws -> Plane {
    guard let plane = try boundedPlanes(startingAt: seed)[network.resolved(value)] else {
      throw ArtifactError.unreachable(value: network.name(of: value))
    }
    return plane
  }
  /// Variance of every value that leads to the target, over the whole picture.
  func boundedPlanes(startingAt seed: (row: Int, column: Int)?) throws -> [ValueID: Plane] {
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
    return try bounded.backward(from: target, seed: start)
  }
}
