import COneDNN
import GinghamDifferentiation
import GinghamNetworks

/// An activation whose derivative follows from its input, which the forward pass therefore keeps.
final class SmoothActivationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let algorithm: dnnl_alg_kind_t
  private let alpha: Float

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .pointwise(let function) = node.operation, let input = node.inputs[0],
      plan.network.constants[input] == nil
    else { return nil }
    // All of these keep zero, so that they may run over the padding of channel blocks.
    switch function {
    case .leakyReLU(let slope): (algorithm, alpha) = (dnnl_eltwise_relu, slope)
    case .elu(let scale) where scale == 1: (algorithm, alpha) = (dnnl_eltwise_elu, scale)
    case .silu: (algorithm, alpha) = (dnnl_eltwise_swish, 1)
    case .hardSwish: (algorithm, alpha) = (dnnl_eltwise_hardswish, 0)
    case .gelu(let isApproximate):
      (algorithm, alpha) = (isApproximate ? dnnl_eltwise_gelu_tanh : dnnl_eltwise_gelu_erf, 0)
    default: return nil
    }
    self.input = input
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let form = plan.existingForm(input)
    let source = try plan.activation(input, form)
    let target = try plan.define(output, form)
    let descriptor = try plan.flatDescriptor(target.layout)
    try plan.emit(
      try forward(descriptor, dnnl_forward_inference, plan),
      [(DNNL_ARG_SRC, descriptor, source.location), (DNNL_ARG_DST, descriptor, target.location)])
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let form = plan.existingForm(output)
    guard plan.isDifferentiated(input), let sent = try plan.gradient(output, form) else { return }
    let source = try plan.activation(input, form)
    let descriptor = try plan.flatDescriptor(source.layout)
    var backward = dnnl_eltwise_desc_t()
    var data = descriptor
    try check(
      dnnl_eltwise_backward_desc_init(&backward, algorithm, &data, &data, alpha, 0),
      "describing an activation's gradient")
    let hint = try forward(descriptor, dnnl_forward_training, plan)
    guard let description = try PrimitiveDescription.make(backward, plan.library, hint: hint) else {
      throw EngineError.library("oneDNN has no gradient of this activation")
    }
    try plan.contribute(to: input, form) { target in
      try plan.emit(
        description,
        [
          (DNNL_ARG_SRC, descriptor, source.location), (DNNL_ARG_DIFF_DST, descriptor, sent.location),
          (DNNL_ARG_DIFF_SRC, descriptor, target.placement.location),
        ])
    }
  }

  private func forward(
    _ descriptor: dnnl_memory_desc_t, _ kind: dnnl_prop_kind_t, _ plan: PlanBuilder
  ) throws -> PrimitiveDescription {
    var operation = dnnl_eltwise_desc_t()
    var data = descriptor
    try check(
      dnnl_eltwise_forward_desc_init(&operation, kind, algorithm, &data, alpha, 0), "describing an activation")
    guard let description = try PrimitiveDescription.make(operation, plan.library) else {
      throw EngineError.library("oneDNN has no such activation")
    }
    return description
  }
}
