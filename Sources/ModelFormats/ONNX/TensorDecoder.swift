import GinghamNetworks
import GinghamTensors

/// Turns the tensors of a model into constants. 32-bit floats that lie aligned in their file stay there, as windows
/// into it; everything else is converted when it is read.
final class TensorDecoder {
  private let external: ExternalData
  private let budget: Budget

  /// - Parameters:
  ///   - path: of the model; files with external data lie in its folder.
  ///   - budget: pays for every element: functions and tensors that share a file can ask for the same bytes again and
  ///     again.
  init(beside path: String, budget: Budget = Budget(ResourceLimits())) {
    self.budget = budget
    external = ExternalData(model: path, budget: budget)
  }

  /// - Throws: `FormatError` where the declared extents and the bytes disagree, external data is missing or lies
  ///   outside the model's folder, or the element type is none that Gingham knows.
  func constant(_ tensor: TensorMessage) throws -> Constant {
    let shape = try checkedShape(tensor)
    guard let type = tensor.elementType else {
      throw FormatError.unsupported(
        path: tensor.file.path, what: "\(label(tensor)) of type \(TensorMessage.typeName(code: tensor.typeCode))",
        advice: "Export the model with 32-bit floats.")
    }
    guard !tensor.isSegmented else {
      throw FormatError.unsupported(
        path: tensor.file.path, what: "\(label(tensor)) in segments", advice: "Export the tensor in one piece.")
    }
    try budget.spend(shape.elementCount, on: .computedElements)
    let elements: PackedElements
    if tensor.isExternal {
      elements = try external.elements(of: tensor, byteCount: type.byteCount(of: shape), label: label(tensor))
    } else if let range = tensor.rawData {
      elements = PackedElements(file: tensor.file, range: range)
    } else {
      return try typedElements(tensor, shape, type)
    }
    guard elements.range.count == type.byteCount(of: shape) else {
      throw malformed(
        tensor,
        "holds \(elements.range.count) bytes where \(shape) of \(type.rawValue) takes \(type.byteCount(of: shape))")
    }
    if type.isHalfByte { return type.constant(shape, pairs: elements.bytes) }
    if type.isFloatingPoint, let tensor = elements.tensor(shape, type) { return .float(tensor) }
    guard let integers = elements.integers(count: shape.elementCount, type) else { throw outOfRange(tensor) }
    return .integer(IntegerArray(shape, integers, type: type))
  }

  /// Extents whose product, and whose size in bytes, can be calculated with.
  private func checkedShape(_ tensor: TensorMessage) throws -> Shape {
    let shape = Shape(tensor.dimensions)
    guard budget.limits.allow(shape) else { throw malformed(tensor, "declares impossible extents \(shape)") }
    return shape
  }

  /// Elements in the lists that the schema has for each type. A list is measured before anything is allocated for it.
  private func typedElements(_ tensor: TensorMessage, _ shape: Shape, _ type: ElementType) throws -> Constant {
    let list = TypedElementList(tensor, type)
    let found = try list.count()
    if type.isHalfByte, found == type.byteCount(of: shape) {
      return type.constant(shape, pairs: try list.bits(count: found))
    }
    guard found == shape.elementCount, !type.isHalfByte else {
      throw malformed(tensor, "holds \(found) elements where \(shape) takes \(shape.elementCount)")
    }
    if type.isFloatingPoint {
      let floats = try list.floats(count: found)
      guard floats.count == found else { throw malformed(tensor, "changed while it was read") }
      return .float(Tensor(shape, floats))
    }
    guard let integers = try list.integers(count: found) else { throw outOfRange(tensor) }
    guard integers.count == found else { throw malformed(tensor, "changed while it was read") }
    return .integer(IntegerArray(shape, integers, type: type))
  }

  private func label(_ tensor: TensorMessage) -> String {
    tensor.name.isEmpty ? "a tensor" : "tensor '\(tensor.name)'"
  }

  private func malformed(_ tensor: TensorMessage, _ reason: String) -> FormatError {
    .malformed(path: tensor.file.path, location: label(tensor), reason: reason)
  }

  private func outOfRange(_ tensor: TensorMessage) -> FormatError {
    .unsupported(
      path: tensor.file.path, what: "\(label(tensor)) with an unsigned element above 2⁶³ − 1",
      advice: "Gingham reads integers as 64-bit signed ones.")
  }
}
