import GinghamNetworks
import GinghamTensors

/// The same elements in the same order: identity, dropout, and every change of shape.
struct CopyKernel<Scalar: ReferenceScalar>: Kernel {
  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    _ = outputs[0].update(fromContentsOf: inputs[0])
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    for index in dx.indices { dx[index] += dy[index] }
  }
}

extension KernelRequest {
  func copy<Scalar: ReferenceScalar>() throws -> CopyKernel<Scalar> {
    let (input, output) = try (inputShape(0), outputShape())
    guard input.elementCount == output.elementCount else {
      throw unsupported("\(input) cannot be seen as \(output)")
    }
    return CopyKernel()
  }

  /// Short floating-point types round, and let the gradient through as if they did not; integers and truth values are
  /// constant almost everywhere.
  func cast<Scalar: ReferenceScalar>(to type: ElementType) throws -> AnyKernel<Scalar> {
    if type.byteCount <= 2, type.isFloatingPoint {
      return AnyKernel(
        PointwiseKernel<Scalar> {
          Scalar(type.rounded(Float($0)))
        } slope: { _, _ in
          1
        })
    }
    if type.isFloatingPoint { return AnyKernel(try copy() as CopyKernel<Scalar>) }
    if type == .boolean {
      return AnyKernel(
        PointwiseKernel<Scalar> {
          $0 == 0 ? 0 : 1
        } slope: { _, _ in
          0
        })
    }
    if let range = type.halfByteRange {
      let (low, high) = (Scalar(range.0), Scalar(range.1))
      return AnyKernel(
        PointwiseKernel<Scalar> {
          min(max($0.rounded(.towardZero), low), high)
        } slope: { _, _ in
          0
        })
    }
    return AnyKernel(
      PointwiseKernel<Scalar> {
        $0.rounded(.towardZero)
      } slope: { _, _ in
        0
      })
  }
}
