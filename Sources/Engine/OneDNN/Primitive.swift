import COneDNN
import GinghamDifferentiation
import GinghamTensors

func missingHandle(_ what: String) -> EngineError { .library("oneDNN returned no \(what)") }

/// What a primitive will do for fixed shapes and layouts, and which of oneDNN's implementations does it.
final class PrimitiveDescription {
  let handle: dnnl_primitive_desc_t

  private init(_ handle: dnnl_primitive_desc_t) {
    self.handle = handle
  }

  deinit {
    dnnl_primitive_desc_destroy(handle)
  }

  /// - Parameters:
  ///   - operations: what is done to each result before it is stored.
  ///   - create: makes the description in the library's engine.
  /// - Returns: `nil` where oneDNN has no implementation for the combination.
  static func make(
    _ library: OneDNN, fusing operations: [PostOperation] = [],
    _ create: (UnsafeMutablePointer<dnnl_primitive_desc_t?>, dnnl_engine_t, dnnl_primitive_attr_t) -> dnnl_status_t
  ) throws -> PrimitiveDescription? {
    let attributes = try PrimitiveAttributes(operations)
    var handle: dnnl_primitive_desc_t?
    let status = create(&handle, library.engine, attributes.handle)
    if status == dnnl_unimplemented || status == dnnl_invalid_arguments { return nil }
    try check(status, "choosing an implementation")
    return handle.map(PrimitiveDescription.init)
  }

  var implementation: String {
    var name: UnsafePointer<CChar>?
    let status = dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &name)
    guard status == dnnl_success, let name else { return "" }
    return String(cString: name)
  }

  /// Whether this is generated code; the reference kernels are hundreds of times slower.
  var isFast: Bool { !implementation.hasPrefix("ref") }

  /// The layout of the weights that the primitive reads.
  func weights() throws -> MemoryDescription {
    guard let wanted = MemoryDescription(wantedBy: self, dnnl_query_weights_md) else {
      throw missingHandle("weight layout")
    }
    return wanted
  }

  /// What the forward pass leaves for the backward pass.
  var workspace: MemoryDescription? { memory(dnnl_query_workspace_md) }

  var scratchpad: MemoryDescription? { memory(dnnl_query_scratchpad_md) }

  private func memory(_ query: dnnl_query_t) -> MemoryDescription? {
    MemoryDescription(wantedBy: self, query).flatMap { $0.byteCount > 0 ? $0 : nil }
  }
}

/// Compiled code for one operation.
final class Primitive {
  let handle: dnnl_primitive_t
  let description: PrimitiveDescription

  init(_ description: PrimitiveDescription) throws {
    var handle: dnnl_primitive_t?
    try check(dnnl_primitive_create(&handle, description.handle), "compiling \(description.implementation)")
    guard let handle else { throw missingHandle("primitive") }
    self.handle = handle
    self.description = description
  }

  deinit {
    dnnl_primitive_destroy(handle)
  }
}

/// A primitive together with the memory it works on, ready to run any number of times.
final class PrimitiveCall {
  private let primitive: Primitive
  private let library: OneDNN
  private let arguments: UnsafeMutablePointer<dnnl_exec_arg_t>
  private var count = 0

  init(
    _ primitive: Primitive, _ operands: [(role: Int32, descriptor: MemoryDescription, base: UnsafeMutableRawPointer)],
    _ library: OneDNN
  ) throws {
    self.primitive = primitive
    self.library = library
    arguments = .allocate(capacity: max(operands.count, 1))
    for operand in operands {
      var memory: dnnl_memory_t?
      try check(
        gingham_memory_place(&memory, operand.descriptor.handle, library.engine, operand.base), "describing memory")
      arguments[count] = dnnl_exec_arg_t(arg: operand.role, memory: memory)
      count += 1
    }
  }

  deinit {
    for index in 0..<count { dnnl_memory_destroy(arguments[index].memory) }
    arguments.deallocate()
  }

  func run() throws {
    let status = dnnl_primitive_execute(primitive.handle, library.stream, Int32(count), arguments)
    guard status == dnnl_success else {
      throw EngineError.library("oneDNN: running \(primitive.description.implementation) failed")
    }
  }
}

extension MemoryBlock {
  /// A copy of `source`, seen as `from`, in the layout `to`.
  static func reordering(
    _ source: UnsafeRawPointer, from: MemoryDescription, to: MemoryDescription, _ library: OneDNN
  ) throws -> MemoryBlock {
    let block = MemoryBlock(byteCount: to.byteCount)
    let primitive = try Primitive(try .reorder(from: from, to: to, library))
    let scratch = MemoryBlock(byteCount: primitive.description.scratchpad?.byteCount ?? 0)
    var operands: [(role: Int32, descriptor: MemoryDescription, base: UnsafeMutableRawPointer)] = [
      (DNNL_ARG_FROM, from, UnsafeMutableRawPointer(mutating: source)), (DNNL_ARG_TO, to, block.base),
    ]
    if let descriptor = primitive.description.scratchpad {
      operands.append((DNNL_ARG_SCRATCHPAD, descriptor, scratch.base))
    }
    try PrimitiveCall(primitive, operands, library).run()
    return block
  }
}
