import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Transposed convolution: what a convolution does backward is its forward pass, and the other way round.
final class TransposedConvolutionOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let weightID: ValueID
  private let bias: ValueID?
  private let groups: Int
  /// Of the convolution whose adjoint this is: it reads this operator's output and writes its input.
  private let problem: ConvolutionProblem
  private let spreading: PrimitiveDescription
  private let gathering: PrimitiveDescription
  private var gatheringWeights: KeptWeights?

  var kernel: String { spreading.implementation }

  /// `nil` where oneDNN has no generated code for the layer.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard case .transposedConvolution(let convolution) = node.operation, let input = node.inputs[0],
      let weightID = node.inputs[1], plan.network.constants[weightID]?.tensor != nil,
      plan.network.constants[input] == nil
    else { return nil }
    self.input = input
    self.weightID = weightID
    output = node.outputs[0]
    groups = convolution.groups
    bias = node.inputs.count > 2 ? node.inputs[2] : nil
    if let bias, plan.network.constants[bias]?.tensor == nil { return nil }
    let shape = try plan.shape(input)
    guard Layout.canBlock(shape) else { return nil }
    let axes = try convolution.window.transposedAxes(
      input: shape.spatial, outputPadding: convolution.outputPadding, outputSize: convolution.outputSize)
    var chosen: (ConvolutionProblem, PrimitiveDescription, PrimitiveDescription)?
    let exact: [(Form, Form, OperandFormat)] = [
      (.blocked, .blocked, .float32), (.blocked, .plain, .float32), (.plain, .plain, .float32),
    ]
    let forms = (plan.format.isExact || groups > 1 ? [] : [(.channelsLast, .channelsLast, plan.format)]) + exact
    for (coarse, fine, format) in forms where chosen == nil {
      let problem = ConvolutionProblem(
        source: try plan.layout(output, fine), destination: try plan.layout(input, coarse), groups: groups, axes: axes,
        format: format)
      if let spreading = try problem.backward(plan.library), spreading.isFast,
        let gathering = try problem.forward(plan.library, hasBias: false), gathering.isFast
      {
        chosen = (problem, spreading, gathering)
      }
    }
    guard let chosen else { return nil }
    (problem, spreading, gathering) = chosen
  }

  func layForward(_ plan: PlanBuilder) throws {
    let weights = try plan.takeTensor(weightID)
    defer { weights.letGo() }
    let source = try plan.operand(input, problem.destination.form, problem.format)
    let kept = try plan.keepWeights(weights, problem, for: spreading)
    if plan.isDifferentiated(input), plan.isDifferentiated(output) {
      gatheringWeights = try plan.keepWeights(weights, problem, for: gathering)
    }
    let target = try plan.define(output, problem.source.form)
    try plan.emit(
      spreading,
      [
        (DNNL_ARG_DIFF_DST, try problem.read(.backward), source),
        (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
        (DNNL_ARG_DIFF_SRC, try target.layout.descriptor(), target.location),
      ])
    if let bias { layBias(try plan.constant(bias), target, plan) }
  }

  /// Adds its bias to each channel.
  private func layBias(_ bias: Location, _ target: Placement, _ plan: PlanBuilder) {
    let layout = target.layout
    let (channels, lanes, planes) = (layout.channels, layout.lanes, layout.planes)
    let rows = layout.shape.spatial[0]
    let positions = layout.shape.spatial.dropFirst().reduce(1, *)
    plan.emitLoop([bias, target.location], count: layout.shape[0] * planes * rows) { addresses in
      let (biases, to) = (addresses.floats(bias), addresses.floats(target.location))
      return { share in
        for index in share {
          let channel = index / rows % planes * lanes
          // The channels that pad the last block stay zero.
          let real = min(lanes, channels - channel)
          for position in 0..<positions {
            let elements = to + (index * positions + position) * lanes
            for lane in 0..<real { elements[lane] += biases[channel + lane] }
          }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let kept = gatheringWeights, let sent = try plan.gradient(output, problem.source.form) else { return }
    let source = try plan.operand(sent, problem.source.form, problem.format)
    try plan.contribute(to: input, problem.destination.form) { target in
      try plan.emit(
        gathering,
        [
          (DNNL_ARG_SRC, try problem.read(.forward), source),
          (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
          (DNNL_ARG_DST, try target.placement.layout.descriptor(), target.placement.location),
        ])
    }
  }
}
