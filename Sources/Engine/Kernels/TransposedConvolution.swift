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
    for (coarse, fine) in [(Form.blocked, Form.blocked), (.blocked, .plain), (.plain, .plain)] where chosen == nil {
      let problem = ConvolutionProblem(
        source: try plan.layout(output, fine), destination: try plan.layout(input, coarse), groups: groups, axes: axes)
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
    let source = try plan.activation(input, problem.destination.form)
    let kept = try plan.keepWeights(weights, problem, for: spreading)
    if plan.isDifferentiated(input), plan.isDifferentiated(output) {
      gatheringWeights = try plan.keepWeights(weights, problem, for: gathering)
    }
    let target = try plan.define(output, problem.source.form)
    try plan.emit(
      spreading,
      [
        (DNNL_ARG_DIFF_DST, try source.layout.descriptor(), source.location),
        (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
        (DNNL_ARG_DIFF_SRC, try target.layout.descriptor(), target.location),
      ])
    if let bias { layBias(try plan.constant(bias), target, plan) }
  }

  /// Adds its bias to each channel.
  private func layBias(_ bias: Location, _ target: Placement, _ plan: PlanBuilder) {
    let layout = target.layout
    let (channels, positions) = (layout.channels, layout.shape.spatial.reduce(1, *))
    let lanes = layout.form == .blocked ? layout.block : 1
    let planes = (channels + lanes - 1) / lanes
    plan.emitLoop([bias, target.location], count: layout.shape[0] * planes) { addresses in
      let (biases, to) = (addresses.floats(bias), addresses.floats(target.location))
      return { share in
        for index in share {
          let channel = index % planes * lanes
          let elements = to + index * positions * lanes
          if lanes == 1 {
            let added = biases[channel]
            for position in 0..<positions { elements[position] += added }
          } else {
            // The channels that pad the last block stay zero.
            for position in 0..<positions {
              for lane in 0..<min(lanes, channels - channel) {
                elements[position * lanes + lane] += biases[channel + lane]
              }
            }
          }
        }
      }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let kept = gatheringWeights, let sent = try plan.gradient(output, problem.source.form) else { return }
    try plan.contribute(to: input, problem.destination.form) { target in
      try plan.emit(
        gathering,
        [
          (DNNL_ARG_SRC, try sent.layout.descriptor(), sent.location),
          (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
          (DNNL_ARG_DST, try target.placement.layout.descriptor(), target.placement.location),
        ])
    }
  }
}
