import GinghamNetworks
import GinghamTensors

/// y = W ⋆ x + b over any number of spatial axes (cross-correlation, as networks mean it).
struct ConvolutionKernel<Scalar: ReferenceScalar>: Kernel {
  private let product: Correlation<Scalar>
  private let bias: ChannelBias<Scalar>

  init(_ convolution: Convolution, _ request: KernelRequest) throws {
    let (input, weight, output) = try (request.inputShape(0), request.inputShape(1), request.outputShape())
    let axes = try convolution.window.axes(input: input.spatial)
    guard input.rank >= 3, weight.rank == input.rank, input[1] == weight[1] * convolution.groups,
      weight[0].isMultiple(of: convolution.groups), output.dimensions == [input[0], weight[0]] + axes.map(\.output),
      weight.spatial == convolution.window.kernel
    else { throw request.unsupported("\(input) does not fit weights of \(weight) in \(convolution.groups) groups") }
    product = Correlation(
      batch: input[0], groups: convolution.groups, fineChannels: weight[1],
      coarseChannels: weight[0] / convolution.groups, axes: axes)
    bias = ChannelBias(batch: input[0], channels: weight[0], count: product.coarseCount)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    guard let y = outputs[0].baseAddress else { return }
    bias.fill(y, with: inputs.count > 2 ? inputs[2] : nil)
    // Without channels to sum over the bias is all.
    guard let x = inputs[0].baseAddress, let weights = inputs[1].baseAddress else { return }
    product.correlate(fine: x, weights: weights, coarse: y, adding: true)
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0]?.baseAddress else { return }
    if inputs.count > 2, let db = inputGradients[2]?.baseAddress {
      bias.accumulate(dy, addingTo: db)
    }
    guard let x = inputs[0].baseAddress, let weights = inputs[1].baseAddress else { return }
    if let dx = inputGradients[0]?.baseAddress {
      product.spread(coarse: dy, weights: weights, addingTo: dx)
    }
    if let dw = inputGradients[1]?.baseAddress {
      product.accumulateWeights(fine: x, coarse: dy, addingTo: dw)
    }
  }
}
