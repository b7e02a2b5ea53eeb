import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// A network of one node whose inputs are all open, compiled for its own gradient.
struct SingleNode<Scalar: ReferenceScalar> {
  let plan: ReferencePlan<Scalar>

  /// - Parameters:
  ///   - shapes: of the inputs; `nil` for an absent one.
  ///   - constants: inputs behind those, fixed at a value.
  ///   - wanted: which of `shapes` gradients are worked out for; all by default.
  init(
    _ operation: Operation, _ shapes: [Shape?], constants: [Constant] = [], outputs: Int = 1, wanted: [Int]? = nil,
    rules relu: BackwardRules.ReLU = .exact, smoothing: [Float]? = nil
  ) throws {
    var network = Network(name: "single")
    let inputs = shapes.enumerated().map { index, shape in
      shape.map { network.addInput("input\(index)", shape: $0.dimensions) }
    }
    let fixed = constants.enumerated().map { network.addConstant("constant\($0)", $1) }
    let results = (0..<outputs).map { network.makeValue(named: "output\($0)") }
    network.nodes.append(Node(name: "node", operation: operation, inputs: inputs + fixed, outputs: results))
    network.outputs = results
    var rules = BackwardRules(relu: relu)
    if let smoothing { rules.smoothing[results[0]] = smoothing }
    let gradients = (wanted ?? Array(shapes.indices)).compactMap { inputs[$0] }
    plan = try ReferenceDifferentiator<Scalar>(network).referencePlan(
      PlanRequest(
        inputShapes: shapes.compactMap(\.self), targets: results, gradients: gradients, rules: rules))
  }

  func value(_ inputs: [[Scalar]]) throws -> [[Scalar]] {
    try plan.activations(for: inputs)
  }

  /// Gradients of ⟨cotangents, outputs⟩.
  func gradients(_ inputs: [[Scalar]], _ cotangents: [[Scalar]]) throws -> [[Scalar]] {
    _ = try plan.activations(for: inputs)
    return try plan.gradients(for: cotangents)
  }
}

/// The largest |a − b| ÷ (floor + |b|), infinite where the counts differ.
func discrepancy<Scalar: ReferenceScalar>(_ a: [Scalar], _ b: [Double], floor: Double = 1) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    let difference = abs(Double(pair.0) - pair.1) / (floor + abs(pair.1))
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}
