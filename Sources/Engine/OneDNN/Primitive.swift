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

  /// `nil` where oneDNN has no implementation for the combination.
  static func make<Operation>(
    _ operation: Operation, _ library: OneDNN, fusing operations: [PostOperation] = [],
    hint: PrimitiveDescription? = nil
  ) throws -> PrimitiveDescription? {
    let attributes = try PrimitiveAttributes(operations)
    var handle: dnnl_primitive_desc_t?
    let status = withUnsafePointer(to: operation) {
      dnnl_primitive_desc_create(
        &handle, UnsafeRawPointer($0), attributes.handle, library.engine, hint?.handle)
    }
    if status == dnnl_unimplemented || status == dnnl_invalid_arguments { return nil }
    try check(status, "choosing an implementation")
    return handle.map(PrimitiveDescription.init)
  }

  static func makeReorder(
    from source: dnnl_memory_desc_t, to destination: dnnl_memory_desc_t, _ library: OneDNN
  ) throws -> PrimitiveDescription {
    let attributes = try PrimitiveAttributes()
    var (source, destination) = (source, destination)
    var handle: dnnl_primitive_desc_t?
    try check(
      dnnl_reorder_primitive_desc_create(
        &handle, &source, library.engine, &destination, library.engine, attributes.handle),
      "choosing a reorder")
    guard let handle else { throw missingHandle("reorder") }
    return PrimitiveDescription(handle)
  }

  var implementation: String {
    var name: UnsafePointer<CChar>?
    let status = dnnl_primitive_desc_query(handle, dnnl_query_impl_info_str, 0, &name)
    guard status == dnnl_success, let name else { return "" }
    return String(cString: name)
  }

  /// Whether this is generated code; the reference kernels are hundreds of times slower.
  var isFast: Bool { !implementation.hasPrefix("ref") }

  func layout(_ query: dnnl_query_t, _ index: Int32 = 0) -> dnnl_memory_desc_t? {
    dnnl_primitive_desc_query_md(handle, query, index)?.pointee
  }

  var scratchpad: dnnl_memory_desc_t? {
    layout(dnnl_query_scratchpad_md).flatMap { $0.byteCount > 0 ? $0 : nil }
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
    _ primitive: Primitive, _ operands: [(role: Int32, descriptor: dnnl_memory_desc_t, base: UnsafeMutableRawPointer)],
    _ library: OneDNN
  ) throws {
    self.primitive = primitive
    self.library = library
    arguments = .allocate(capacity: max(operands.count, 1))
    for operand in operands {
      var memory: dnnl_memory_t?
      var descriptor = operand.descriptor
      try check(dnnl_memory_create(&memory, &descriptor, library.engine, operand.base), "describing memory")
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
    _ source: UnsafeRawPointer, from: dnnl_memory_desc_t, to: dnnl_memory_desc_t, _ library: OneDNN
  ) throws -> MemoryBlock {
    let block = MemoryBlock(byteCount: to.byteCount)
    let primitive = try Primitive(try .makeReorder(from: from, to: to, library))
    let scratch = MemoryBlock(byteCount: primitive.description.scratchpad?.byteCount ?? 0)
    var operands: [(role: Int32, descriptor: dnnl_memory_desc_t, base: UnsafeMutableRawPointer)] = [
      (DNNL_ARG_FROM, from, UnsafeMutableRawPointer(mutating: source)), (DNNL_ARG_TO, to, block.base),
    ]
    if let descriptor = primitive.description.scratchpad {
      operands.append((DNNL_ARG_SCRATCHPAD, descriptor, scratch.base))
    }
    try PrimitiveCall(primitive, operands, library).run()
    return block
  }
}
