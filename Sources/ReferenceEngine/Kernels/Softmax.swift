import GinghamNetworks
import GinghamTensors

/// eˣ/Σeˣ along an axis, or its logarithm.
struct SoftmaxKernel<Scalar: ReferenceScalar>: Kernel {
  private let isLogarithmic: Bool
  /// Groups that are normalised: `outer` × `inner` of `length` elements each, `inner` apart.
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ softmax: Softmax, _ request: KernelRequest) throws {
    let shape = try request.inputShape(0)
    let axis = softmax.axis < 0 ? softmax.axis + shape.rank : softmax.axis
    guard (0..<max(shape.rank, 1)).contains(axis) else {
      throw request.unsupported("axis \(softmax.axis) lies outside \(shape)")
    }
    isLogarithmic = softmax.isLogarithmic
    outer = shape.dimensions.prefix(axis).reduce(1, *)
    if softmax.flattensBehindAxis || shape.rank == 0 {
      length = shape.dimensions.dropFirst(axis).reduce(1, *)
      inner = 1
    } else {
      length = shape[axis]
      inner = shape.dimensions.dropFirst(axis + 1).reduce(1, *)
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    forEachGroup { places in
      var peak = -Scalar.infinity
      for place in places { peak = max(peak, x[place]) }
      var sum: Scalar = 0
      for place in places {
        y[place] = Scalar.exp(x[place] - peak)
        sum += y[place]
      }
      if isLogarithmic {
        let total = peak + Scalar.log(sum)
        for place in places { y[place] = x[place] - total }
      } else {
        for place in places { y[place] /= sum }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let y = outputs[0]
    forEachGroup { places in
      var sum: Scalar = 0
      if isLogarithmic {
        for place in places { sum += dy[place] }
        for place in places { dx[place] += dy[place] - Scalar.exp(y[place]) * sum }
      } else {
        for place in places { sum += dy[place] * y[place] }
        for place in places { dx[place] += y[place] * (dy[place] - sum) }
      }
    }
  }

  @inline(__always)
  private func forEachGroup(_ body: (StrideTo<Int>) -> Void) {
    guard length > 0 else { return }
    for row in 0..<outer {
      for column in 0..<inner {
        let start = row * length * inner + column
        body(stride(from: start, to: start + length * inner, by: inner))
      }
    }
  }
}
