import GinghamNetworks
import GinghamTensors

/// A function of three or more operands as a chain of functions of two: f(f(a, b), c) …
///
/// What the chain passes on, and its gradient, are kept between the steps.
struct FoldedKernel<Scalar: ReferenceScalar>: Kernel {
  private let steps: [AnyKernel<Scalar>]
  /// Results of all steps but the last, and their gradients.
  private let results: [Scratch<Scalar>]
  private let gradients: [Scratch<Scalar>]

  init(_ function: Elementwise, _ operands: [Shape], _ request: KernelRequest) throws {
    var steps: [AnyKernel<Scalar>] = []
    var results: [Scratch<Scalar>] = []
    var reached = operands[0]
    for (step, operand) in operands.dropFirst().enumerated() {
      guard let next = reached.broadcast(with: operand) else {
        throw request.unsupported("\(reached) and \(operand) do not broadcast")
      }
      steps.append(
        try request.binary(function, reached, operand, to: next, step: step, of: operands.count))
      if step < operands.count - 2 { results.append(Scratch(next.elementCount, filledWith: 0)) }
      reached = next
    }
    self.steps = steps
    self.results = results
    gradients = results.map { Scratch($0.buffer.count, filledWith: 0) }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    for (index, step) in steps.enumerated() {
      step.forward(
        inputs: [index == 0 ? inputs[0] : results[index - 1].reading, inputs[index + 1]],
        outputs: [index < results.count ? results[index].buffer : outputs[0]])
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard outputGradients[0] != nil else { return }
    for gradient in gradients { gradient.buffer.update(repeating: 0) }
    for (index, step) in steps.enumerated().reversed() {
      step.backward(
        inputs: [index == 0 ? inputs[0] : results[index - 1].reading, inputs[index + 1]],
        outputs: [index < results.count ? results[index].reading : outputs[0]],
        outputGradients: [index < gradients.count ? gradients[index].reading : outputGradients[0]],
        inputGradients: [
          index == 0 ? inputGradients[0] : gradients[index - 1].buffer, inputGradients[index + 1],
        ])
    }
  }
}
