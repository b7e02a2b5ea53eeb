import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Product of two tensors of one shape, element by element: a gate.
final class ProductOperator: Operator {
  private let factors: [ValueID]
  private let output: ValueID

  var kernel: String { "product" }

  /// `nil` where the shapes differ or a factor is constant.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    factors = node.inputs.compactMap { $0 }
    output = node.outputs[0]
    guard case .elementwise(.multiply) = node.operation, factors.count == 2,
      factors.allSatisfy({ plan.network.constants[$0] == nil }),
      try plan.shape(factors[0]) == plan.shape(factors[1])
    else { return nil }
  }

  func layForward(_ plan: PlanBuilder) throws {
    let form = plan.commonForm(factors)
    let sources = try factors.map { try plan.activation($0, form) }
    plan.emitProduct(sources[0], sources[1], to: try plan.define(output, form))
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let form = plan.existingForm(output)
    guard let sent = try plan.gradient(output, form) else { return }
    plan.hold(sent)
    defer { plan.drop(sent) }
    for (factor, other) in zip(factors, factors.reversed()) where plan.isDifferentiated(factor) {
      let other = try plan.activation(other, form)
      try plan.contribute(to: factor, form) { plan.emitProduct(sent, other, to: $0.placement) }
    }
  }
}

/// A picture's channels, each times a factor of its own: squeeze and excitation (Hu et al. 2018).
final class ChannelScaleOperator: Operator {
  private let input: ValueID
  private let scale: ValueID
  private let output: ValueID
  private let shape: Shape

  var kernel: String { "channel scale" }

  /// `nil` where the node is no product of N×C×H×W with N×C×1×1, or one of them is constant.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    let factors = node.inputs.compactMap { $0 }
    guard case .elementwise(.multiply) = node.operation, factors.count == 2, plan.library.channelBlock == 16,
      factors.allSatisfy({ plan.network.constants[$0] == nil })
    else { return nil }
    let shapes = try factors.map(plan.shape)
    func isScale(_ scale: Shape, of shape: Shape) -> Bool {
      Layout.canBlock(shape) && scale.rank == shape.rank && scale[0] == shape[0] && scale[1] == shape[1]
        && scale.spatial.allSatisfy { $0 == 1 } && shape.spatial.contains { $0 > 1 }
    }
    if isScale(shapes[1], of: shapes[0]) {
      (input, scale, shape) = (factors[0], factors[1], shapes[0])
    } else if isScale(shapes[0], of: shapes[1]) {
      (input, scale, shape) = (factors[1], factors[0], shapes[1])
    } else {
      return nil
    }
    output = node.outputs[0]
  }

  private var positions: Int { shape.spatial.reduce(1, *) }

  func layForward(_ plan: PlanBuilder) throws {
    let (source, factor) = (try plan.activation(input, .blocked), try plan.activation(scale, .blocked))
    layScaled(source, by: factor, to: try plan.define(output, .blocked), plan)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let sent = try plan.gradient(output, .blocked) else { return }
    plan.hold(sent)
    defer { plan.drop(sent) }
    let (source, factor) = (try plan.activation(input, .blocked), try plan.activation(scale, .blocked))
    if plan.isDifferentiated(scale) {
      try plan.contribute(to: scale, .blocked) { layProducts(sent, source, to: $0.placement, plan) }
    }
    if plan.isDifferentiated(input) {
      try plan.contribute(to: input, .blocked) { layScaled(sent, by: factor, to: $0.placement, plan) }
    }
  }

  private func layScaled(_ source: Placement, by factor: Placement, to target: Placement, _ plan: PlanBuilder) {
    let positions = positions
    let planes = shape[0] * source.layout.paddedChannels / 16
    plan.emitLoop([source.location, factor.location, target.location], count: planes) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      let factors = addresses.floats(factor.location)
      return { share in
        for plane in share {
          let factor = factors.vector(plane)
          let (input, output) = (from + plane * positions * 16, to + plane * positions * 16)
          for position in 0..<positions { output.vector(position, input.vector(position) * factor) }
        }
      }
    }
  }

  /// The gradient at each factor: the sum of the products over all positions.
  private func layProducts(_ first: Placement, _ second: Placement, to target: Placement, _ plan: PlanBuilder) {
    let positions = positions
    let planes = shape[0] * first.layout.paddedChannels / 16
    plan.emitLoop([first.location, second.location, target.location], count: planes) { addresses in
      let (a, b) = (addresses.floats(first.location), addresses.floats(second.location))
      let to = addresses.floats(target.location)
      return { share in
        for plane in share {
          let (first, second) = (a + plane * positions * 16, b + plane * positions * 16)
          var sum = SIMD16<Float>(repeating: 0)
          for position in 0..<positions { sum += first.vector(position) * second.vector(position) }
          to.vector(plane, sum)
        }
      }
    }
  }
}
