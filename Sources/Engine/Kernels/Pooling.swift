import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Maximum and average over sliding windows.
final class PoolingOperator: Operator {
  private let input: ValueID
  private let output: ValueID
  private let source: Layout
  private let destination: Layout
  private let forwardDescription: PrimitiveDescription
  private let backwardDescription: PrimitiveDescription?
  /// Which element of each window was the largest, left by the forward pass for the backward pass.
  private var winners: (descriptor: MemoryDescription, location: Location)?
  private let isMaximum: Bool
  private let isRounded: Bool
  /// The activation in front of a maximum, where its derivative is applied behind it.
  private var rectifier: ActivationFunction?

  var kernel: String { forwardDescription.implementation }

  /// `nil` where the node is no pool, or one that oneDNN computes differently.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    let window: Window
    let algorithm: dnnl_alg_kind_t
    switch node.operation {
    case .maxPool(let pool) where node.outputs.count == 1: (window, algorithm) = (pool.window, dnnl_pooling_max)
    case .averagePool(let pool):
      window = pool.window
      algorithm = pool.countsPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
    default: return nil
    }
    guard let input = node.inputs[0], plan.network.constants[input] == nil else { return nil }
    self.input = input
    output = node.outputs[0]
    isMaximum = algorithm == dnnl_pooling_max
    let shape = try plan.shape(input)
    guard Layout.canBlock(shape) else { return nil }
    let axes = try window.axes(input: shape.spatial)
    // oneDNN divides by the whole window; a window that reaches beyond the declared padding has fewer elements.
    if algorithm == dnnl_pooling_avg_include_padding {
      for axis in axes where axis.paddedTapCount(ofOutput: axis.output - 1) != axis.kernel { return nil }
    }
    let form: Form = plan.existingForm(input) == .channelsLast ? .channelsLast : .blocked
    // The largest of rounded numbers is the largest number, rounded.
    isRounded = isMaximum && plan.exists(input, .bfloat16) && plan.isReadByProductsAlone(output)
    source = try plan.layout(input, form)
    destination = try plan.layout(output, form)
    let type = isRounded ? dnnl_bf16 : dnnl_f32
    let (read, written) = (try source.descriptor(type), try destination.descriptor(type))
    let (from, to) = (try source.descriptor(), try destination.descriptor())
    let reach = PrimitiveWindow(axes)
    let isDifferentiated = plan.isDifferentiated(input) && plan.isDifferentiated(output)
    let kind = isDifferentiated ? dnnl_forward_training : dnnl_forward_inference
    guard
      let description = try PrimitiveDescription.pooling(kind, algorithm, from: read, to: written, reach, plan.library),
      description.isFast
    else { return nil }
    forwardDescription = description
    guard isDifferentiated else {
      backwardDescription = nil
      return
    }
    // Gradients of windows that overlap are summed in 32 bits.
    guard
      let exact = try isRounded
        ? PrimitiveDescription.pooling(kind, algorithm, from: from, to: to, reach, plan.library) : description,
      let description = try PrimitiveDescription.poolingGradient(
        algorithm, at: from, of: to, reach, forward: exact, plan.library),
      description.isFast
    else { return nil }
    backwardDescription = description
  }

  func layForward(_ plan: PlanBuilder) throws {
    let from = try plan.activation(input, isRounded ? .bfloat16 : source.form)
    let to = try plan.define(output, isRounded ? .bfloat16 : destination.form)
    var operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = [
      (DNNL_ARG_SRC, try from.layout.descriptor(), from.location),
      (DNNL_ARG_DST, try to.layout.descriptor(), to.location),
    ]
    if let workspace = forwardDescription.workspace {
      let location = plan.makeBuffer(byteCount: workspace.byteCount)
      winners = (workspace, location)
      operands.append((DNNL_ARG_WORKSPACE, workspace, location))
    }
    try plan.emit(forwardDescription, operands)
    if isMaximum, backwardDescription != nil, let function = plan.takeDeferredMask(input) {
      rectifier = function
      plan.emitMask(output, function, at: to)
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let backwardDescription else { return }
    let complete =
      if let rectifier {
        try plan.gradient(before: rectifier, output)
      } else {
        try plan.gradient(output, destination.form)
      }
    guard let complete else { return }
    let sent = try plan.converted(complete, to: destination.form)
    if rectifier != nil { plan.gradients.masked.insert(input) }
    try plan.contribute(to: input, source.form) { target in
      var operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = [
        (DNNL_ARG_DIFF_DST, try destination.descriptor(), sent.location),
        (DNNL_ARG_DIFF_SRC, try source.descriptor(), target.placement.location),
      ]
      if let winners { operands.append((DNNL_ARG_WORKSPACE, winners.descriptor, winners.location)) }
      try plan.emit(backwardDescription, operands)
    }
  }
}
