import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The plain engine: every operator by its definition, in single or double precision, on any machine with a BLAS.
///
/// In `Double` it is the oracle that other engines are verified against. By default it runs the network as its author
/// wrote it, so that it also checks what simplification does.
public final class ReferenceDifferentiator<Scalar: ReferenceScalar>: Differentiator {
  /// The net that plans are made of.
  public let network: Network
  private let constants: [String: Constant]
  private let simplifies: Bool

  /// - Parameters:
  ///   - constants: inputs fixed at a value, by name; they are not listed in a request's shapes.
  ///   - simplifies: whether batch normalizations are folded and identities removed first.
  public init(_ network: Network, constants: [String: Constant] = [:], simplifies: Bool = false) {
    self.network = network
    self.constants = constants
    self.simplifies = simplifies
  }

  /// A plan for what is asked.
  ///
  /// - Throws: ``NetworkError`` and what the engine refuses.
  public func plan(_ request: PlanRequest) throws -> any GradientPlan {
    try referencePlan(request)
  }

  /// The plan with its own precision at the surface. Takes memory for every activation up to the targets, and for every
  /// gradient on the way back.
  ///
  /// - Throws: as ``plan(_:)``.
  public func referencePlan(_ request: PlanRequest) throws -> ReferencePlan<Scalar> {
    let open = network.inputs.map { network.name(of: $0.value) }.filter { constants[$0] == nil }
    guard open.count == request.inputShapes.count else {
      throw EngineError.wrongInputCount(expected: open.count, found: request.inputShapes.count)
    }
    let shapes = Dictionary(zip(open, request.inputShapes)) { first, _ in first }
    let wanted = request.targets + request.gradients + Array(request.rules.smoothing.keys)
    var bound = try network.bound(to: shapes, constants: constants, leadingTo: wanted)
    if simplifies {
      bound = bound.simplified(
        targets: request.targets, keeping: request.gradients + Array(request.rules.smoothing.keys))
    }
    return try ReferencePlan(request, bound)
  }
}
