import GinghamTensors

/// y = γ·(x − μ)/√(σ² + ε) + β a channel, with the statistics that training left behind.
struct BatchNormalizationKernel<Scalar: ReferenceScalar>: Kernel {
  private let epsilon: Scalar
  private let batch: Int
  private let channels: Int
  private let count: Int

  init(epsilon: Float, _ request: KernelRequest) throws {
    let input = try request.inputShape(0)
    guard input.rank >= 1 else { throw request.unsupported("\(input) has no channels") }
    self.epsilon = Scalar(epsilon)
    batch = input[0]
    // A list of numbers is a batch of one channel.
    channels = input.rank == 1 ? 1 : input[1]
    count = input.dimensions.dropFirst(2).reduce(1, *)
    for index in 1...4 where try request.inputShape(index).elementCount != channels {
      throw request.unsupported("\(input) has \(channels) channels, a parameter has \(try request.inputShape(index))")
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    forEachPlane { channel, range in
      let scale = inputs[1][channel] / (inputs[4][channel] + epsilon).squareRoot()
      let (mean, bias) = (inputs[3][channel], inputs[2][channel])
      for index in range { y[index] = (x[index] - mean) * scale + bias }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    let x = inputs[0]
    let wantsParameters = inputGradients[1...].contains { $0 != nil }
    forEachPlane { channel, range in
      let inverse = 1 / (inputs[4][channel] + epsilon).squareRoot()
      let scale = inputs[1][channel] * inverse
      if let dx = inputGradients[0] {
        for index in range { dx[index] += dy[index] * scale }
      }
      guard wantsParameters else { return }
      var (sum, correlation): (Scalar, Scalar) = (0, 0)
      for index in range {
        sum += dy[index]
        correlation += dy[index] * (x[index] - inputs[3][channel])
      }
      inputGradients[1]?[channel] += correlation * inverse
      inputGradients[2]?[channel] += sum
      inputGradients[3]?[channel] -= sum * scale
      inputGradients[4]?[channel] -= correlation * scale * inverse * inverse / 2
    }
  }

  @inline(__always)
  private func forEachPlane(_ body: (_ channel: Int, _ range: Range<Int>) -> Void) {
    for plane in 0..<(batch * channels) {
      body(plane % channels, (plane * count)..<((plane + 1) * count))
    }
  }
}
