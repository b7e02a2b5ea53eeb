import GinghamTensors

/// A plan with the buffers of its passes, which are kept for the next one: any objective on the plan's targets can be
/// evaluated after one forward pass. Not safe for use by several threads at once.
public final class GradientPass {
  /// What is run.
  public let plan: any GradientPlan
  /// Activations of the targets at the last forward pass.
  public private(set) var activations: [Tensor] = []
  private var cotangents: [Tensor]
  private var gradients: [Tensor] = []

  /// With the property of the same name.
  public init(_ plan: any GradientPlan) {
    self.plan = plan
    cotangents = plan.targetShapes.map { Tensor($0) }
  }

  /// - Throws: ``EngineError``.
  public func forward(_ inputs: [Tensor]) throws {
    try plan.forward(inputs, into: &activations)
  }

  /// The objective's value for each picture of the last forward pass.
  ///
  /// - Parameter objective: whose layers are the plan's targets, in their order.
  /// - Throws: ``ObjectiveError``.
  public func values(of objective: some Objective) throws -> [Float] {
    for index in cotangents.indices {
      cotangents[index].withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
    return try objective.evaluate(activations, addingTo: &cotangents, weight: 1)
  }

  /// Values, and the gradients of their sum in the order in which the plan has them, for the last forward pass. The
  /// gradients' memory is used again at the next call where the caller has let go of it.
  ///
  /// - Throws: ``ObjectiveError``, ``EngineError``.
  public func valuesAndGradients(of objective: some Objective) throws -> (values: [Float], gradients: [Tensor]) {
    let values = try valuesAndGradients(of: objective, into: &gradients)
    return (values, gradients)
  }

  /// Values, and the gradients of their sum written into tensors of the plan's shapes, for the last forward pass.
  ///
  /// - Throws: ``ObjectiveError``, ``EngineError``.
  public func valuesAndGradients(of objective: some Objective, into gradients: inout [Tensor]) throws -> [Float] {
    let values = try values(of: objective)
    try plan.backward(cotangents, into: &gradients)
    return values
  }
}
