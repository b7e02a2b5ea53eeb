import GinghamNetworks
import GinghamTensors

/// y_c = scale_c · x_source(c) + shift_c: stored pixels to what the network was trained on.
struct PixelNormalizationKernel<Scalar: ReferenceScalar>: Kernel {
  private let attributes: PixelNormalization
  private let batch: Int
  private let inputChannels: Int
  private let count: Int

  init(_ attributes: PixelNormalization, _ request: KernelRequest) throws {
    let (input, output) = try (request.inputShape(0), request.outputShape())
    let channels = attributes.source.count
    guard input.rank >= 2, output.rank == input.rank, output[1] == channels, attributes.scale.count == channels,
      attributes.shift.count == channels, attributes.source.allSatisfy((0..<input[1]).contains)
    else { throw request.unsupported("\(input) does not have the channels it reads") }
    self.attributes = attributes
    batch = input[0]
    inputChannels = input[1]
    count = input.dimensions.dropFirst(2).reduce(1, *)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    forEachPlane { channel, from, to in
      let (scale, shift) = (Scalar(attributes.scale[channel]), Scalar(attributes.shift[channel]))
      for index in 0..<count { y[to + index] = x[from + index] * scale + shift }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    forEachPlane { channel, from, to in
      let scale = Scalar(attributes.scale[channel])
      for index in 0..<count { dx[from + index] += dy[to + index] * scale }
    }
  }

  @inline(__always)
  private func forEachPlane(_ body: (_ channel: Int, _ from: Int, _ to: Int) -> Void) {
    for sample in 0..<batch {
      for (channel, source) in attributes.source.enumerated() {
        body(
          channel, (sample * inputChannels + source) * count,
          (sample * attributes.source.count + channel) * count)
      }
    }
  }
}
