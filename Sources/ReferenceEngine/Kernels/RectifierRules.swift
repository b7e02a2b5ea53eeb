import GinghamDifferentiation
import GinghamNetworks

/// A rectifier whose backward pass follows one of the surrogate rules instead of the derivative.
struct RectifierRuleKernel<Scalar: ReferenceScalar>: Kernel {
  private let rule: BackwardRules.ReLU
  private let maximum: Scalar
  private let batch: Int

  init(_ function: Pointwise, rule: BackwardRules.ReLU, batch: Int?) {
    self.rule = rule
    self.batch = batch ?? 1
    if case .clip(_, let maximum) = function {
      self.maximum = Scalar(maximum)
    } else {
      maximum = .infinity
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    for index in y.indices {
      let raised = x[index] < 0 ? 0 : x[index]
      y[index] = raised > maximum ? maximum : raised
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let x = inputs[0]
    switch rule {
    case .exact:
      for index in dx.indices where isActive(x[index]) { dx[index] += dy[index] }
    case .guided:
      for index in dx.indices where isActive(x[index]) && dy[index] > 0 { dx[index] += dy[index] }
    case .deconvolution:
      for index in dx.indices where dy[index] > 0 { dx[index] += dy[index] }
    case .redirected:
      let count = dx.count / max(batch, 1)
      for sample in 0..<batch {
        redirect(x, dy, dx, over: (sample * count)..<((sample + 1) * count))
      }
    }
  }

  @inline(__always)
  private func isActive(_ x: Scalar) -> Bool { x > 0 && x < maximum }

  /// One picture. A cotangent above zero asks for more of the unit, so an inactive unit at or below zero passes it on
  /// only where nothing at all gets through the layer by the true derivative.
  private func redirect(_ x: Source<Scalar>, _ dy: Source<Scalar>, _ dx: Target<Scalar>, over range: Range<Int>) {
    let isBlocked = !range.contains { isActive(x[$0]) && dy[$0] != 0 }
    for index in range where isActive(x[index]) || (isBlocked && x[index] <= 0 && dy[index] > 0) {
      dx[index] += dy[index]
    }
  }
}
