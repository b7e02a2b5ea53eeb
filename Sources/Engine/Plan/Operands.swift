import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// What convolutions and products with weights read, in a plan's precision. Results are in 32 bits always.
struct OperandFormat: Hashable {
  var precision: Precision
  /// Whether numbers are rounded but kept, and multiplied, in 32 bits: for CPUs without the instructions.
  var isEmulated = false

  static let float32 = OperandFormat(precision: .float32)

  var isExact: Bool { precision == .float32 }
  /// Whether factors are stored in half the room.
  var isHalf: Bool { !isExact && !isEmulated }
  var type: dnnl_data_type_t { isHalf ? dnnl_bf16 : dnnl_f32 }

  /// Weights as factors, still in 32 bits: the library rounds what it stores in 16 itself.
  func weights(_ tensor: Tensor) -> Tensor {
    guard !isExact, isEmulated else { return tensor }
    return tensor.withUnsafeBufferPointer { source in
      Tensor(tensor.shape) { target in
        for index in source.indices { target[index] = source[index].roundedToBFloat16 }
      }
    }
  }
}

extension Float {
  /// The nearest number of eight significant bits, the even one of two; overflow becomes infinity.
  var roundedToBFloat16: Float {
    isNaN ? self : Float(bitPattern: (bitPattern &+ 0x7FFF &+ ((bitPattern >> 16) & 1)) & 0xFFFF_0000)
  }
}

extension PlanBuilder {
  /// A value as a factor of products. Several readers share what was made for the first.
  func operand(_ value: ValueID, _ form: Form, _ format: OperandFormat) throws -> Location {
    if format.isHalf, form == .channelsLast { return try activation(value, .bfloat16).location }
    let key = OperandKey(value: value, form: form, format: format)
    if let known = operands[key] { return known }
    let operand = try operand(try activation(value, form), form, format)
    operands[key] = operand
    return operand
  }

  /// What stands in memory, as a factor of products.
  func operand(_ source: Placement, _ form: Form, _ format: OperandFormat) throws -> Location {
    if format.isExact { return try converted(source, to: form).location }
    if source.layout.form == .bfloat16 { return source.location }
    let layout = source.layout.with(form)
    if format.isHalf {
      let location = makeBuffer(byteCount: layout.elementCount * 2)
      try emitReorder(
        from: source.layout.descriptor(), at: source.location, to: layout.descriptor(format.type), at: location)
      return location
    }
    let (whole, rounded) = (try converted(source, to: form), makePlacement(layout))
    emitLoop([whole.location, rounded.location], count: layout.elementCount) { addresses in
      let (from, to) = (addresses.floats(whole.location), addresses.floats(rounded.location))
      return { share in
        for index in share { to[index] = from[index].roundedToBFloat16 }
      }
    }
    return rounded.location
  }
}

/// A factor that has been made already.
struct OperandKey: Hashable {
  let value: ValueID
  let form: Form
  let format: OperandFormat
}
