import CVectors
import GinghamDifferentiation
import GinghamNetworks

/// An activation whose derivative follows from its input: the forward pass leaves the slope at every element, which
/// takes the input's place, and the kernel behind may multiply the gradient by it while it stores.
final class SmoothActivationOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let function: gingham_function
  /// Whether zeros, such as stand in the padding of channel blocks, stay zeros.
  private let keepsZero: Bool

  var kernel: String { "activation loop" }

  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .pointwise(let pointwise) = node.operation, let input = node.inputs[0],
      plan.network.constants[input] == nil
    else { return nil }
    var keepsZero = true
    switch pointwise {
    case .leakyReLU(let slope): function = gingham_function(shape: gingham_leaky, a: slope, b: 0, c: 0)
    case .elu(let alpha): function = .exponential(1, alpha, 1)
    case .selu(let alpha, let gamma): function = .exponential(gamma, gamma * alpha, 1)
    case .celu(let alpha): function = .exponential(1, alpha, 1 / alpha)
    case .silu: function = gingham_function(shape: gingham_silu, a: 0, b: 0, c: 0)
    case .mish: function = gingham_function(shape: gingham_mish, a: 0, b: 0, c: 0)
    case .hardSwish: function = gingham_function(shape: gingham_hard_swish, a: 0, b: 0, c: 0)
    case .hardSigmoid(let alpha, let beta):
      function = gingham_function(shape: gingham_hard_sigmoid, a: alpha, b: beta, c: 0)
      keepsZero = beta <= 0
    case .gelu(let isApproximate):
      function = gingham_function(shape: isApproximate ? gingham_gelu_tanh : gingham_gelu, a: 0, b: 0, c: 0)
    default: return nil
    }
    self.input = input
    self.keepsZero = keepsZero
    output = node.outputs[0]
  }

  func layForward(_ plan: PlanBuilder) throws {
    let existing = try plan.layout(input, plan.existingForm(input))
    let isPadded = existing.elementCount != existing.shape.elementCount
    let form = isPadded && !keepsZero ? .plain : existing.form
    let source = try plan.activation(input, form)
    let target = try plan.define(output, form)
    let count = target.layout.elementCount
    var slope: Location?
    if plan.isDifferentiated(output), plan.isDifferentiated(input) {
      let location = plan.makeBuffer(byteCount: target.layout.byteCount)
      plan.masks[output] = Mask(location: location, layout: target.layout, isSlope: true)
      slope = location
    }
    // Whole vectors for each thread.
    let piece = 1024
    plan.emitLoop(
      [source.location, target.location] + (slope.map { [$0] } ?? []), count: (count + piece - 1) / piece
    ) { [function, slope] addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      let slopes = slope.map { addresses.floats($0) }
      return { share in
        let range = (share.lowerBound * piece)..<min(count, share.upperBound * piece)
        guard !range.isEmpty else { return }
        gingham_activate(
          function, from + range.lowerBound, to + range.lowerBound, slopes.map { $0 + range.lowerBound }, range.count)
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard plan.isDifferentiated(input), let mask = plan.masks[output],
      let sent = try plan.gradient(output, mask.layout.form)
    else { return }
    if plan.gradients.masked.contains(output) { return try plan.passOn(sent, to: input) }
    let slope = Placement(location: mask.location, layout: mask.layout)
    let target = plan.isExclusive(sent) ? sent : plan.makePlacement(sent.layout)
    plan.emitProduct(sent, slope, to: target)
    try plan.passOn(target, to: input)
  }
}

extension gingham_function {
  /// a·x above zero, b·(e^(c·x) − 1) below.
  fileprivate static func exponential(_ a: Float, _ b: Float, _ c: Float) -> gingham_function {
    gingham_function(shape: gingham_exponential, a: a, b: b, c: c)
  }
}
