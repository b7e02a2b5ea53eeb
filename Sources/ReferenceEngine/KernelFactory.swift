import GinghamDifferentiation
import GinghamNetworks

/// Makes the kernel of one node at its bound shapes, in the arithmetic of `Scalar`.
///
/// Weights arrive as buffers at run time like any other input; only what steers the computation (the indices of a
/// gather) is read from `network.constants` here.
///
/// - Throws: ``EngineError/unsupported(operation:node:why:)`` where the node cannot carry pixels or is not fully bound.
package func makeKernel<Scalar: ReferenceScalar>(
  _ node: Node, in network: BoundNetwork, rules: BackwardRules, as scalar: Scalar.Type
) throws -> any Kernel<Scalar> {
  let request = try KernelRequest(node, in: network, rules: rules)
  // Named scalars, so that the compiler specialises every kernel for them.
  let specialized: Any? =
    switch scalar {
    case is Float.Type: try request.kernel(as: Float.self)
    case is Double.Type: try request.kernel(as: Double.self)
    default: nil
    }
  if let kernel = specialized as? AnyKernel<Scalar> { return kernel }
  return try request.kernel(as: Scalar.self)
}

extension KernelRequest {
  /// The one list of kernels.
  func kernel<Scalar: ReferenceScalar>(as scalar: Scalar.Type) throws -> AnyKernel<Scalar> {
    throw unsupported("it has no kernel")
  }
}
