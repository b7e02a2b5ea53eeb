import COneDNN

/// What a primitive does to each result before it stores it, in order.
enum PostOperation {
  /// Adds what already stands in the destination.
  case sum
  case eltwise(dnnl_alg_kind_t, alpha: Float, beta: Float)
  /// Combines the result with another tensor of the destination's (or a broadcast) shape.
  case binary(dnnl_alg_kind_t, MemoryDescription)
}

/// Owns a primitive's attributes: fused operations, and scratch memory that the plan provides.
final class PrimitiveAttributes {
  let handle: dnnl_primitive_attr_t

  init(_ operations: [PostOperation] = []) throws {
    var handle: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&handle), "creating attributes")
    guard let handle else { throw missingHandle("attributes") }
    self.handle = handle
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user), "choosing the scratch memory")
    var list: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&list), "creating fused operations")
    guard let list else { throw missingHandle("fused operations") }
    defer { dnnl_post_ops_destroy(list) }
    for operation in operations {
      switch operation {
      case .sum:
        try check(gingham_append_sum(list), "fusing a sum")
      case .eltwise(let algorithm, let alpha, let beta):
        try check(gingham_append_eltwise(list, algorithm, alpha, beta), "fusing an activation")
      case .binary(let algorithm, let descriptor):
        try check(gingham_append_binary(list, algorithm, descriptor.handle), "fusing a binary operation")
      }
    }
    try check(dnnl_primitive_attr_set_post_ops(handle, list), "setting fused operations")
  }

  deinit {
    dnnl_primitive_attr_destroy(handle)
  }
}
