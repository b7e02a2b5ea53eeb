import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors
import Numerics

/// One operator of a bound network, ready to run at its fixed shapes: forward and its exact gradient side by side.
///
/// Buffers are contiguous in row-major order. A kernel may own scratch memory, allocated when it is made; it allocates
/// nothing in a step.
package protocol Kernel<Scalar> {
  associatedtype Scalar: Real

  /// Writes every output. `nil` inputs are absent optional ones.
  func forward(
    inputs: [UnsafeBufferPointer<Scalar>?], outputs: [UnsafeMutableBufferPointer<Scalar>]
  )

  /// *Adds* to each input's gradient the cotangents sent back through the operator. A `nil` output gradient is zero;
  /// a `nil` input gradient is not wanted and not computed.
  func backward(
    inputs: [UnsafeBufferPointer<Scalar>?], outputs: [UnsafeBufferPointer<Scalar>],
    outputGradients: [UnsafeBufferPointer<Scalar>?], inputGradients: [UnsafeMutableBufferPointer<Scalar>?]
  )
}
