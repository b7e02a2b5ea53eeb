import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// An activation that stands alone, whose derivative follows from its result.
final class ActivationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let function: ActivationFunction

  var kernel: String { "oneDNN eltwise" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .pointwise(let pointwise) = node.operation, let function = ActivationFunction(pointwise),
      let input = node.inputs[0], plan.network.constants[input] == nil
    else { return nil }
    (self.input, self.function) = (input, function)
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let existing = plan.existingForm(input)
    let layout = try plan.layout(input, existing)
    let isPadded = layout.elementCount != layout.shape.elementCount
    let form = isPadded && !function.keepsZero ? Form.plain : existing
    let source = try plan.activation(input, form)
    let target = try plan.define(output, form)
    let descriptor = try plan.flatDescriptor(target.layout)
    let found = try PrimitiveDescription.eltwise(
      dnnl_forward_inference, function.algorithm, alpha: function.alpha, beta: function.beta, of: descriptor,
      plan.library)
    guard let description = found else {
      throw EngineError.library("oneDNN has no such activation")
    }
    try plan.emit(
      description, [(DNNL_ARG_SRC, descriptor, source.location), (DNNL_ARG_DST, descriptor, target.location)])
    plan.emitMask(output, function, at: target)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard isWanted(plan), let sent = try plan.gradient(before: function, output) else { return }
    try plan.passOn(sent, to: input)
  }

  private func isWanted(_ plan: PlanBuilder) -> Bool { plan.isDifferentiated(input) }
}
