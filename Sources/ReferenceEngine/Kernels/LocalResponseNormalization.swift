import GinghamNetworks
import GinghamTensors

/// y = x·b^−β with b = k + α/n · Σ x² over n neighbouring channels (Krizhevsky et al. 2012). A window of even size
/// reaches one channel further behind than in front.
struct LocalResponseNormalizationKernel<Scalar: ReferenceScalar>: Kernel {
  private let attributes: LocalResponseNormalization
  private let batch: Int
  private let channels: Int
  private let count: Int
  /// b of every element.
  private let bases: Scratch<Scalar>
  /// dy·x·b^(−β−1) of every element.
  private let weighted: Scratch<Scalar>

  init(_ attributes: LocalResponseNormalization, _ request: KernelRequest) throws {
    let input = try request.inputShape(0)
    guard input.rank >= 2, attributes.size >= 1 else {
      throw request.unsupported("a window of \(attributes.size) channels over \(input)")
    }
    self.attributes = attributes
    batch = input[0]
    channels = input[1]
    count = input.dimensions.dropFirst(2).reduce(1, *)
    bases = Scratch(input.elementCount, filledWith: 0)
    weighted = Scratch(input.elementCount, filledWith: 0)
  }

  private var rate: Scalar { Scalar(attributes.alpha) / Scalar(attributes.size) }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y, bases) = (inputs[0], outputs[0], bases.buffer)
    bases.update(repeating: Scalar(attributes.bias))
    forEachPair { place, neighbour in
      for index in 0..<count {
        bases[place + index] += rate * x[neighbour + index] * x[neighbour + index]
      }
    }
    let exponent = -Scalar(attributes.beta)
    for index in y.indices { y[index] = x[index] * Scalar.pow(bases[index], exponent) }
  }

  /// dx_j = dy_j·b_j^−β − 2αβ/n · x_j · Σ dy_c·x_c·b_c^(−β−1) over the windows c that see j.
  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let (x, bases, weighted) = (inputs[0], bases.buffer, weighted.buffer)
    let beta = Scalar(attributes.beta)
    for index in dx.indices {
      let power = Scalar.pow(bases[index], -beta)
      dx[index] += dy[index] * power
      weighted[index] = dy[index] * x[index] * power / bases[index]
    }
    let factor = 2 * beta * rate
    forEachPair { place, neighbour in
      for index in 0..<count {
        dx[neighbour + index] -= factor * x[neighbour + index] * weighted[place + index]
      }
    }
  }

  /// Where each plane begins together with each plane its window sees.
  @inline(__always)
  private func forEachPair(_ body: (_ place: Int, _ neighbour: Int) -> Void) {
    let before = (attributes.size - 1) / 2
    for sample in 0..<batch {
      for channel in 0..<channels {
        for neighbour in max(0, channel - before)..<min(channels, channel - before + attributes.size) {
          body((sample * channels + channel) * count, (sample * channels + neighbour) * count)
        }
      }
    }
  }
}
