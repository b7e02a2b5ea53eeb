import GinghamNetworks
import GinghamTensors

/// An objective compiled for one input shape: value and input gradient in one call, with every buffer kept for the
/// next one.
public final class ObjectivePass {
  /// What is differentiated.
  public let objective: any Objective
  private let pass: GradientPass
  /// What is run.
  public var plan: any GradientPlan { pass.plan }
  /// Activations of the objective's layers at the last forward pass, in their order; whole ones if asked for.
  public var activations: [Tensor] { pass.activations }

  /// - Parameters:
  ///   - inputShapes: of the network's open inputs; pictures are N×C×H×W.
  ///   - gradientsAt: layers whose gradient is wanted; `nil` asks for the first input's.
  ///   - wholeActivations: whether ``activations`` is looked at too. Otherwise channels that the objective does not
  ///     read need not be computed.
  /// - Throws: ``NetworkError`` for unknown layers and shapes that do not fit, ``EngineError``.
  public init(
    _ objective: any Objective, of differentiator: any Differentiator, inputShapes: [Shape],
    gradientsAt: [String]? = nil, rules: BackwardRules = BackwardRules(), wholeActivations: Bool = true
  ) throws {
    self.objective = objective
    let network = differentiator.network
    let gradients = try gradientsAt?.map(network.value) ?? network.inputs.prefix(1).map(\.value)
    var channels: [ValueID: Range<Int>] = [:]
    if !wholeActivations {
      for (layer, range) in objective.channelsRead { channels[try network.value(ofLayer: layer)] = range }
    }
    pass = GradientPass(
      try differentiator.plan(
        PlanRequest(
          inputShapes: inputShapes, targets: try objective.layers.map(network.value), gradients: gradients,
          rules: rules, channels: channels, readsMaps: true)))
  }

  /// Another objective on a plan that is there already.
  ///
  /// - Parameter plan: whose targets are the objective's layers, in their order.
  public init(_ objective: any Objective, on plan: any GradientPlan) {
    precondition(plan.request.targets.count == objective.layers.count, "the plan was made for other layers")
    self.objective = objective
    pass = GradientPass(plan)
  }

  /// The objective's value for each picture.
  public func values(_ inputs: Tensor...) throws -> [Float] {
    try pass.forward(inputs)
    return try pass.values(of: objective)
  }

  /// Values, and the gradients of their sum, in the order in which they were asked for.
  public func valuesAndGradients(_ inputs: Tensor...) throws -> (values: [Float], gradients: [Tensor]) {
    try valuesAndGradients(inputs)
  }

  /// Values, and the gradients of their sum, in the order in which they were asked for.
  public func valuesAndGradients(_ inputs: [Tensor]) throws -> (values: [Float], gradients: [Tensor]) {
    try pass.forward(inputs)
    return try pass.valuesAndGradients(of: objective)
  }
}
