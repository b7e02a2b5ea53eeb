import GinghamDifferentiation
import GinghamTensors

/// A kernel whose gradient is low-pass filtered along both spatial axes before it travels on, zero beyond the border:
/// it takes a strided layer's checkerboard out of what reaches the pixels.
struct SmoothedKernel<Scalar: ReferenceScalar>: Kernel {
  private let kernel: AnyKernel<Scalar>
  private let taps: [Scalar]
  /// Of each input the shape, and the unfiltered gradient with a copy half filtered; `nil` for one without spatial axes.
  private let passes: [(shape: Shape, gradient: Scratch<Scalar>, halfway: Scratch<Scalar>)?]

  /// - Throws: ``EngineError/unsupported(operation:node:why:)`` for an even number of taps.
  init(_ kernel: AnyKernel<Scalar>, taps: [Float], _ request: KernelRequest) throws {
    guard !taps.count.isMultiple(of: 2) else {
      throw request.unsupported("its gradient cannot be smoothed with \(taps.count) taps: the number must be odd")
    }
    self.kernel = kernel
    self.taps = taps.map { Scalar($0) }
    passes = request.inputShapes.enumerated().map { index, shape in
      guard let shape, shape.rank >= 4, request.constant(index) == nil else { return nil }
      return (
        shape, Scratch(shape.elementCount, filledWith: 0), Scratch(shape.elementCount, filledWith: 0)
      )
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    kernel.forward(inputs: inputs, outputs: outputs)
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    for pass in passes { pass?.gradient.buffer.update(repeating: 0) }
    kernel.backward(
      inputs: inputs, outputs: outputs, outputGradients: outputGradients,
      inputGradients: zip(inputGradients, passes).map { gradient, pass in
        gradient.map { pass?.gradient.buffer ?? $0 }
      })
    for (gradient, pass) in zip(inputGradients, passes) {
      guard let gradient, let pass else { continue }
      let (height, width) = (pass.shape[pass.shape.rank - 2], pass.shape[pass.shape.rank - 1])
      pass.halfway.buffer.update(repeating: 0)
      filter(pass.gradient.reading, addingTo: pass.halfway.buffer, length: height, inner: width)
      filter(pass.halfway.reading, addingTo: gradient, length: width, inner: 1)
    }
  }

  /// Filters along an axis of `length` elements that lie `inner` apart.
  private func filter(
    _ source: Source<Scalar>, addingTo target: Target<Scalar>, length: Int, inner: Int
  ) {
    guard length > 0, inner > 0 else { return }
    let centre = taps.count / 2
    for block in stride(from: 0, to: source.count, by: length * inner) {
      for (tap, weight) in taps.enumerated() {
        let shift = tap - centre
        for position in max(0, -shift)..<max(0, -shift, min(length, length - shift)) {
          let (to, from) = (block + position * inner, block + (position + shift) * inner)
          for step in 0..<inner { target[to + step] += weight * source[from + step] }
        }
      }
    }
  }
}
