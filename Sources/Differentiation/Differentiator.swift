import GinghamNetworks
import GinghamTensors

/// What a plan is made for. Everything behind the targets is never computed.
public struct PlanRequest: Hashable, Sendable {
  /// Shapes of the network's open (floating-point) inputs, in its order: N×C×H×W for pictures.
  public var inputShapes: [Shape]
  /// Values whose activations the forward pass returns and from which cotangents are sent back.
  public var targets: [ValueID]
  /// Values whose gradients the backward pass returns: inputs or inner layers. Empty: forward only.
  public var gradients: [ValueID]
  /// How rectifiers and strided layers send gradients back.
  public var rules: BackwardRules
  /// Channels of a target beyond which nobody looks: others need not be computed, what stands there means nothing, and
  /// cotangents there are zero.
  public var channels: [ValueID: Range<Int>]
  /// Whether targets are wanted as maps N×C×H×W where their layout is another (``MapReading``), as objectives are.
  public var readsMaps: Bool

  /// With the properties of the same names.
  public init(
    inputShapes: [Shape], targets: [ValueID], gradients: [ValueID], rules: BackwardRules = BackwardRules(),
    channels: [ValueID: Range<Int>] = [:], readsMaps: Bool = false
  ) {
    self.inputShapes = inputShapes
    self.targets = targets
    self.gradients = gradients
    self.rules = rules
    self.channels = channels
    self.readsMaps = readsMaps
  }
}

/// Departures from the true derivative, each for one purpose. With any of them set the result is a surrogate.
public struct BackwardRules: Hashable, Sendable {
  /// What a rectifier sends back.
  public enum ReLU: String, Hashable, Sendable {
    case exact
    /// Passes only positive gradients through active units (Springenberg et al. 2015).
    case guided
    /// Passes positive gradients whether or not the unit is active (Zeiler & Fergus 2014).
    case deconvolution
    /// Where a layer's whole gradient would be zero for a picture, lets through what would push an inactive unit up,
    /// so that a dead objective can wake up.
    case redirected
  }

  /// What rectifiers send back.
  public var relu: ReLU
  /// For the node that produces the key: the gradient it sends to its input is filtered along both spatial axes with
  /// these centred taps (odd count), zero beyond the border.
  public var smoothing: [ValueID: [Float]]

  /// With the properties of the same names.
  public init(relu: ReLU = .exact, smoothing: [ValueID: [Float]] = [:]) {
    self.relu = relu
    self.smoothing = smoothing
  }

  /// Whether gradients are true derivatives.
  public var isExact: Bool { relu == .exact && smoothing.isEmpty }
}

/// Makes plans for one network. Both engines are one; everything that needs gradients is handed one.
public protocol Differentiator: AnyObject {
  var network: Network { get }

  /// The threads that plans run on, for what is computed between two passes.
  var team: ThreadTeam { get }

  /// Decides everything once for the requested shapes and targets: the steps run without allocating.
  ///
  /// - Throws: ``NetworkError`` where shapes do not fit, ``EngineError`` where an operation is not supported.
  func plan(_ request: PlanRequest) throws -> any GradientPlan
}

extension Differentiator {
  /// The threads that it runs on.
  public var team: ThreadTeam { .alone }
}

/// A compiled pass. Deterministic: equal inputs give equal bytes. Not safe for use by several threads at once.
public protocol GradientPlan: AnyObject {
  var request: PlanRequest { get }
  /// Shapes of the targets' activations, in the request's order.
  var targetShapes: [Shape] { get }
  /// Shapes of the returned gradients, in the request's order.
  var gradientShapes: [Shape] { get }

  /// Runs the network up to its targets. `activations` is reused where it has the right shapes.
  func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws

  /// Sends one cotangent a target (∂objective/∂activation, the target's shape) back through the pass that
  /// ``forward(_:into:)`` last ran. May be called any number of times after one forward pass.
  func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws
}

extension GradientPlan {
  /// Activations of the targets.
  public func forward(_ inputs: [Tensor]) throws -> [Tensor] {
    var activations: [Tensor] = []
    try forward(inputs, into: &activations)
    return activations
  }

  /// From the targets' cotangents to the gradients, in new tensors.
  ///
  /// - Throws: what ``backward(_:into:)`` throws.
  public func backward(_ cotangents: [Tensor]) throws -> [Tensor] {
    var gradients: [Tensor] = []
    try backward(cotangents, into: &gradients)
    return gradients
  }
}

/// Why an engine refuses a plan or a step.
public enum EngineError: Error, Hashable, Sendable {
  case unsupported(operation: String, node: String, why: String)
  case wrongInputShape(expected: Shape, found: Shape)
  case wrongInputCount(expected: Int, found: Int)
  case noForwardPass
  /// No path leads from the value to a target, so its gradient is zero everywhere.
  case unreachable(value: String)
  /// A value without elements has no gradient.
  case empty(value: String, shape: Shape)
  /// A tensor has no elements to compute with.
  case withoutElements(Shape)
  case library(String)
  /// The CPU has no instructions for products in this precision.
  case noInstructions(Precision)
  /// The reference engines multiply in their own width.
  case fixedPrecision(Precision)
}

extension EngineError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .unsupported(let operation, let node, let why): "layer '\(node)': \(operation) is not supported (\(why))"
    case .wrongInputShape(let expected, let found): "the plan was made for an input of \(expected), not \(found)"
    case .wrongInputCount(let expected, let found): "the network takes \(expected) inputs, \(found) were given"
    case .noForwardPass: "a backward pass needs a forward pass before it"
    case .unreachable(let value): "'\(value)' does not lead to the target, so it has no gradient"
    case .empty(let value, let shape): "'\(value)' is \(shape): it has no elements, so there is no gradient"
    case .withoutElements(let shape): "a tensor of \(shape) has no elements to compute with"
    case .library(let message): message
    case .noInstructions(let precision):
      "this CPU has no instructions for \(precision.rawValue): it takes AVX512_BF16 or AMX-BF16 (see the flags in "
        + "/proc/cpuinfo)"
    case .fixedPrecision(let precision):
      "the reference engines multiply in 32 or 64 bits; \(precision.rawValue) is the fast engine's"
    }
  }
}
