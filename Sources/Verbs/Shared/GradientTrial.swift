import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The gradients at one value that a network, a changed form of it, or a changed backward pass gives at equal inputs.
struct GradientTrial {
  /// What a gradient is taken at.
  struct Input {
    /// What it is called in errors.
    let name: String
    /// What the gradient is of. All inputs' objectives read the same layers.
    let objective: any Objective
    /// 1×C×H×W in 0…1; read when it is wanted, as there may be many.
    let picture: () throws -> Tensor
  }

  let inputs: [Input]
  /// 1×C×H×W of every input.
  let shape: Shape

  /// Hands over the gradient 1×C×H×W of each input in turn, with the input itself.
  ///
  /// - Parameters:
  ///   - value: whose gradient is taken.
  ///   - progress: told which input is next.
  /// - Throws: ``NetworkError``, ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``, what reading an input and
  ///   `use` throw.
  func forEach(
    at value: ValueID, by differentiator: any Differentiator, rules: BackwardRules = BackwardRules(),
    progress: (Int) -> Void, use: (_ picture: Tensor, _ map: Tensor) throws -> Void
  ) throws {
    guard let first = inputs.first else { return }
    let plan = try differentiator.plan(
      PlanRequest(
        inputShapes: [shape], targets: try first.objective.layers.map(differentiator.network.value),
        gradients: [value], rules: rules, readsMaps: true))
    for (index, input) in inputs.enumerated() {
      progress(index)
      try Interruption.check()
      let picture = try input.picture()
      let map = try ObjectivePass(input.objective, on: plan).valuesAndGradients(picture).gradients[0]
      try map.requireFinite("the gradient of \(input.name)")
      try use(picture, map)
    }
  }
}
