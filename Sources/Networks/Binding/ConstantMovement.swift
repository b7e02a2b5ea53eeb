import GinghamTensors

/// Operations on constants that only choose where elements come from: worked out once as source positions, then
/// applied to integers or floats alike.
struct ConstantMovement {
  let shapes: [Shape]
  let limits: ResourceLimits

  func move(_ operation: Operation, _ operands: [Constant]) throws -> [Constant]? {
    let x = operands[0]
    switch operation {
    case .reshape:
      switch x {
      case .float(let tensor): return [.float(tensor.reshaped(to: shapes[0]))]
      case .integer(let array): return [.integer(IntegerArray(shapes[0], array.elements, type: array.type))]
      }
    case .concatenate(let axis):
      return try concatenated(operands, axis: axis).map { [$0] }
    case .split(let split):
      var start = 0
      return shapes.map { shape in
        defer { start += shape[split.axis] }
        let offset = start * x.shape.strides[split.axis]
        return picked(x, shape, offset: offset, strides: x.shape.strides)
      }
    case .slice(let slice):
      guard let starts = slice.starts, let steps = slice.steps else { return nil }
      let strides = x.shape.strides
      let offset = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
      return [picked(x, shapes[0], offset: offset, strides: zip(strides, steps).map { $0 * $1 })]
    case .transpose(let permutation):
      let strides = x.shape.strides
      return [picked(x, shapes[0], offset: 0, strides: (permutation ?? []).map { strides[$0] })]
    case .expand:
      let map = try BroadcastMap(x.shape, shapes[0], limits: limits)
      return [.init(x, shapes[0], map.pairs { source, _ in source })]
    case .gather(let axis):
      guard let indices = operands[1].integers else { return nil }
      let extent = x.shape[axis]
      let inner = x.shape.dimensions[(axis + 1)...].reduce(1, *)
      let outer = x.shape.dimensions[..<axis].reduce(1, *)
      let sources = (0..<outer).flatMap { row in
        indices.elements.flatMap { index -> [Int] in
          let start = (row * extent + (index < 0 ? index + extent : index)) * inner
          return Array(start..<(start + inner))
        }
      }
      return [.init(x, shapes[0], sources)]
    case .tile:
      guard shapes[0].elementCount > 0 else { return [.init(x, shapes[0], [])] }
      let tables = zip(shapes[0].dimensions.indices, x.shape.strides).map { axis, stride in
        (0..<shapes[0][axis]).map { $0 % x.shape[axis] * stride }
      }
      return [.init(x, shapes[0], Self.positions(tables))]
    default:
      return nil
    }
  }

  private func picked(_ x: Constant, _ shape: Shape, offset: Int, strides: [Int]) -> Constant {
    guard shape.elementCount > 0 else { return Constant(x, shape, []) }
    let tables = zip(shape.dimensions, strides).map { extent, stride in (0..<extent).map { $0 * stride } }
    return Constant(x, shape, Self.positions(tables, offset: offset))
  }

  private func concatenated(_ operands: [Constant], axis: Int) throws -> Constant? {
    let inner = shapes[0].dimensions[(axis + 1)...].reduce(1, *)
    let outer = shapes[0].dimensions[..<axis].reduce(1, *)
    func join<Element>(_ parts: [[Element]]) -> [Element] {
      (0..<outer).flatMap { row in
        zip(parts, operands).flatMap { part, operand -> ArraySlice<Element> in
          let run = operand.shape[axis] * inner
          return part[(row * run)..<((row + 1) * run)]
        }
      }
    }
    if let arrays = operands.map(\.integers) as? [IntegerArray] {
      return .integer(IntegerArray(shapes[0], join(arrays.map(\.elements)), type: arrays[0].type))
    }
    guard let tensors = operands.map(\.tensor) as? [Tensor] else {
      throw ShapeError.mismatch("integers and floats do not join")
    }
    return .float(Tensor(shapes[0], join(tensors.map(\.scalars))))
  }

  /// Source positions in row-major order, where each axis adds an offset of its own.
  private static func positions(_ tables: [[Int]], offset: Int = 0) -> [Int] {
    tables.reduce([offset]) { starts, table in starts.flatMap { start in table.map { start + $0 } } }
  }
}

extension Constant {
  /// The elements of `source` at the given positions.
  init(_ source: Constant, _ shape: Shape, _ positions: [Int]) {
    switch source {
    case .integer(let array):
      self = .integer(IntegerArray(shape, positions.map { array.elements[$0] }, type: array.type))
    case .float(let tensor):
      self = tensor.withUnsafeBufferPointer { scalars in .float(Tensor(shape, positions.map { scalars[$0] })) }
    }
  }
}
