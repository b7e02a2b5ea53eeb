/// What a kernel reads.
package typealias Source<Scalar> = UnsafeBufferPointer<Scalar>

/// What a kernel writes, or adds to.
package typealias Target<Scalar> = UnsafeMutableBufferPointer<Scalar>

/// One operator of a bound network, ready to run at its fixed shapes: forward and its exact gradient side by side.
///
/// Buffers are contiguous in row-major order. A kernel may own scratch memory, allocated when it is made; it allocates
/// nothing in a step, and is not safe for use by several threads at once.
package protocol Kernel<Scalar> {
  associatedtype Scalar: ReferenceScalar

  /// Writes every output. An absent optional input is an empty buffer.
  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>])

  /// *Adds* to each input's gradient the cotangents sent back through the operator. A `nil` output gradient is zero;
  /// a `nil` input gradient is not wanted and not computed.
  ///
  /// Inputs and outputs hold what ``forward(inputs:outputs:)`` last read and wrote.
  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>],
    outputGradients: [Source<Scalar>?], inputGradients: [Target<Scalar>?]
  )
}

/// A kernel with its type erased where the scalar is still known to the compiler, so that a call lands in
/// specialised code: two closures instead of a generic witness.
package struct AnyKernel<Scalar: ReferenceScalar>: Kernel {
  private let runForward: ([Source<Scalar>], [Target<Scalar>]) -> Void
  private let runBackward:
    (
      [Source<Scalar>], [Source<Scalar>], [Source<Scalar>?],
      [Target<Scalar>?]
    ) -> Void

  package init<Wrapped: Kernel>(_ kernel: Wrapped) where Wrapped.Scalar == Scalar {
    runForward = { kernel.forward(inputs: $0, outputs: $1) }
    runBackward = { kernel.backward(inputs: $0, outputs: $1, outputGradients: $2, inputGradients: $3) }
  }

  package func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    runForward(inputs, outputs)
  }

  package func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>],
    outputGradients: [Source<Scalar>?], inputGradients: [Target<Scalar>?]
  ) {
    runBackward(inputs, outputs, outputGradients, inputGradients)
  }
}
