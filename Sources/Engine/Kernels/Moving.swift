import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Operators that leave every element where it is in row-major order: the value is the same memory under a new shape.
final class ReshapeOperator: Operator {
  private let input: ValueID
  private let output: ValueID

  var kernel: String { "same memory" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    switch node.operation {
    case .reshape, .flatten, .squeeze, .unsqueeze, .identity, .dropout: break
    default: return nil
    }
    guard let input = node.inputs[0], plan.network.constants[input] == nil, node.outputs.count == 1 else { return nil }
    self.input = input
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.activation(input, .plain)
    plan.define(output, as: Placement(location: source.location, layout: try plan.layout(output, .plain)))
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .plain) else { return }
    try plan.passOn(Placement(location: sent.location, layout: try plan.layout(input, .plain)), to: input)
  }
}

/// Joining along channels where all parts already stand in the joined value's memory.
final class InPlaceConcatenation: Operator {
  private let inputs: [ValueID]
  private let output: ValueID

  var kernel: String { "same memory" }

  init?(_ node: Node, _ plan: PlanBuilder) {
    guard case .concatenate = node.operation, plan.slices.inPlace.contains(node.outputs[0]) else { return nil }
    inputs = node.inputs.compactMap { $0 }
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    for input in inputs { _ = try plan.activation(input, .blocked) }
    _ = try plan.define(output, .blocked)
  }

  /// The gradients of the parts are slices of the result's, which is complete.
  func layBackward(_ plan: PlanBuilder) throws {
    guard try plan.gradient(output, .blocked) != nil else { return }
    for input in inputs { plan.countContribution(to: input) }
  }
}

/// Sum of two tensors of one shape, with an activation behind it.
final class SumOperator: Operator {
  private let unit: Unit
  private let inputs: [ValueID]
  private let activation: ActivationFunction?

  var kernel: String { "sum" }

  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    guard case .elementwise(.add) = unit.lead.operation, unit.lead.inputs.count == 2 else { return nil }
    inputs = unit.lead.inputs.compactMap { $0 }
    activation = unit.activation.flatMap(ActivationFunction.init)
    if let activation {
      guard case .window = activation.derivative, activation.keepsZero else { return nil }
    }
    self.unit = unit
    let shapes = try inputs.map(plan.shape)
    guard inputs.count == 2, inputs.allSatisfy({ plan.network.constants[$0] == nil }), shapes[0] == shapes[1]
    else { return nil }
  }

  func layForward(_ plan: PlanBuilder) throws {
    let form = plan.commonForm(inputs)
    let terms = try inputs.map { try plan.activation($0, form) }
    let target = try plan.define(unit.output, form)
    if let activation {
      plan.emitBoundedSum(terms[0], terms[1], bounds: activation.bounds, to: target)
      plan.emitMask(unit.output, activation, at: target)
    } else {
      plan.emitSum(terms[0], terms[1], to: target)
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let sent =
      if let activation {
        try plan.gradient(before: activation, unit.output)
      } else {
        try plan.gradient(unit.output, plan.existingForm(unit.output))
      }
    guard let sent else { return }
    for input in inputs { try plan.passOn(sent, to: input) }
  }
}
