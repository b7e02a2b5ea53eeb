import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The gradients at one value that a network, a changed form of it, or a changed backward pass gives at equal inputs.
struct GradientTrial {
  /// Of each input: 1×C×H×W in 0…1, and what its gradient is of. All objectives read the same layers.
  let inputs: [(picture: Tensor, objective: any Objective)]
  /// What each input is called in errors.
  let names: [String]

  /// - Parameters:
  ///   - value: whose gradient is taken.
  ///   - progress: told which input is next.
  /// - Returns: 1×C×H×W of each input.
  /// - Throws: ``NetworkError``, ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``.
  func maps(
    at value: ValueID, by differentiator: any Differentiator, rules: BackwardRules = BackwardRules(),
    progress: (Int) -> Void
  ) throws -> [Tensor] {
    guard let (picture, objective) = inputs.first else { return [] }
    let plan = try differentiator.plan(
      PlanRequest(
        inputShapes: [picture.shape], targets: try objective.layers.map(differentiator.network.value),
        gradients: [value], rules: rules))
    return try inputs.indices.map { index in
      progress(index)
      let map = try ObjectivePass(inputs[index].objective, on: plan)
        .valuesAndGradients(inputs[index].picture).gradients[0]
      try map.requireFinite("the gradient of \(names[index])")
      return map
    }
  }
}
