import GinghamNetworks
import GinghamTensors

/// The adjoint of a convolution as a layer: y = Wᵀ ⋆ x + b, painting the kernel at every position of x.
struct TransposedConvolutionKernel<Scalar: ReferenceScalar>: Kernel {
  private let product: Correlation<Scalar>
  private let bias: ChannelBias<Scalar>

  init(_ convolution: TransposedConvolution, _ request: KernelRequest) throws {
    let (input, weight, output) = try (request.inputShape(0), request.inputShape(1), request.outputShape())
    let axes = try convolution.window.transposedAxes(
      input: input.spatial, outputPadding: convolution.outputPadding, outputSize: convolution.outputSize)
    guard input.rank >= 3, weight.rank == input.rank, input[1] == weight[0],
      weight[0].isMultiple(of: convolution.groups), weight.spatial == convolution.window.kernel,
      output.dimensions == [input[0], weight[1] * convolution.groups] + axes.map(\.input)
    else { throw request.unsupported("\(input) does not fit weights of \(weight) in \(convolution.groups) groups") }
    product = Correlation(
      batch: input[0], groups: convolution.groups, fineChannels: weight[1],
      coarseChannels: weight[0] / convolution.groups, axes: axes)
    bias = ChannelBias(batch: input[0], channels: output[1], count: product.fineCount)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    guard let y = outputs[0].baseAddress else { return }
    bias.fill(y, with: inputs.count > 2 ? inputs[2] : nil)
    guard let x = inputs[0].baseAddress, let weights = inputs[1].baseAddress else { return }
    product.spread(coarse: x, weights: weights, addingTo: y)
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
      product.correlate(fine: dy, weights: weights, coarse: dx, adding: true)
    }
    if let dw = inputGradients[1]?.baseAddress {
      product.accumulateWeights(fine: dy, coarse: x, addingTo: dw)
    }
  }
}
