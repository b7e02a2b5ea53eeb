import COneDNN
import GinghamTensors

/// How oneDNN sees memory: extents, type of the elements, and how they lie.
final class MemoryDescription {
  let handle: gingham_memory_t

  /// Takes what `make` hands out.
  private init(
    _ action: @autoclosure () -> String, _ make: (UnsafeMutablePointer<gingham_memory_t?>) -> dnnl_status_t
  ) throws {
    var handle: gingham_memory_t?
    try check(make(&handle), action())
    guard let handle else { throw missingHandle("description of memory") }
    self.handle = handle
  }

  deinit {
    gingham_memory_free(handle)
  }

  static func strided(
    _ dimensions: [Int], strides: [Int], _ type: dnnl_data_type_t = dnnl_f32
  ) throws -> MemoryDescription {
    try MemoryDescription("describing a tensor of \(dimensions)") {
      gingham_memory_with_strides(
        $0, Int32(dimensions.count), dimensions.map(Int64.init), type, strides.map(Int64.init))
    }
  }

  static func tagged(
    _ dimensions: [Int], _ tag: dnnl_format_tag_t, _ type: dnnl_data_type_t = dnnl_f32
  ) throws -> MemoryDescription {
    try MemoryDescription("describing a tensor of \(dimensions)") {
      gingham_memory_with_tag($0, Int32(dimensions.count), dimensions.map(Int64.init), type, tag)
    }
  }

  /// The same memory with its axes in another order: axis k becomes what axis `order[k]` was.
  func permuted(_ order: [Int]) throws -> MemoryDescription {
    var places = [Int32](repeating: 0, count: order.count)
    for (axis, former) in order.enumerated() { places[former] = Int32(axis) }
    return try MemoryDescription("exchanging axes as \(order)") { gingham_memory_permuted($0, handle, places) }
  }

  /// A tensor whose layout the primitive may choose.
  static func open(_ dimensions: [Int], _ type: dnnl_data_type_t = dnnl_f32) throws -> MemoryDescription {
    try tagged(dimensions, dnnl_format_tag_any, type)
  }

  static func vector(_ count: Int, _ type: dnnl_data_type_t = dnnl_f32) throws -> MemoryDescription {
    try strided([count], strides: [1], type)
  }

  /// What a primitive chose; `nil` where it has no such memory.
  convenience init?(wantedBy primitive: PrimitiveDescription, _ query: dnnl_query_t) {
    try? self.init("asking for a layout") { gingham_memory_wanted($0, primitive.handle, query, 0) }
  }

  var byteCount: Int { gingham_memory_size(handle) }

  func equals(_ other: MemoryDescription) -> Bool { gingham_memory_equal(handle, other.handle) != 0 }
}
