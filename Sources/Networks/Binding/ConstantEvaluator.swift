import GinghamTensors

/// Computes an operation whose inputs are all known. Covers what shape subgraphs and folded weights are made of;
/// anything else stays in the graph for an engine.
struct ConstantEvaluator {
  let inputs: [Constant?]
  let inputShapes: [Shape?]
  let outputCount: Int
  /// Spent before anything is computed.
  let budget: Budget

  /// The outputs, or `nil` where an input is not known or the operation is not covered.
  func evaluate(_ operation: Operation) throws -> [Constant]? {
    switch operation {
    case .shapeOf(let start, let end):
      return inputShapes.first?.map { [Self.shapeOf($0, start: start, end: end)] }
    case .sizeOf:
      return inputShapes.first?.map { [.integer(IntegerArray([], [$0.elementCount]))] }
    case .random(let fill):
      guard let shape = fill.shape.map(Shape.init) ?? inputShapes.first ?? nil else {
        throw ShapeError.mismatch("random numbers of no shape")
      }
      try budget.limits.require(shape, as: "random numbers")
      try budget.spend(computing: shape)
      return [.float(fill.values(shape))]
    default:
      let known = inputs.compactMap { $0 }
      guard known.count == inputs.count, !known.isEmpty else { return nil }
      return try evaluate(operation, known)
    }
  }

  private static func shapeOf(_ shape: Shape, start: Int, end: Int?) -> Constant {
    func clamped(_ index: Int) -> Int { min(max(index < 0 ? index + shape.rank : index, 0), shape.rank) }
    let first = clamped(start)
    let last = max(first, end.map(clamped) ?? shape.rank)
    return .integer(IntegerArray([last - first], Array(shape.dimensions[first..<last])))
  }

  private func evaluate(_ operation: Operation, _ known: [Constant]) throws -> [Constant]? {
    switch operation {
    case .identity, .dropout: return [known[0]]
    case .cast(let type):
      try budget.spend(computing: known[0].shape)
      return [known[0].cast(to: type)]
    case .constantOfShape(let value, let type): return [try filled(known[0], value: value, type: type)]
    case .range: return try range(known).map { [$0] }
    case .pointwise(let function):
      try budget.spend(computing: known[0].shape)
      return known[0].applying(function).map { [$0] }
    case .elementwise(let kind): return try ConstantArithmetic.combine(kind, known, budget).map { [$0] }
    case .select: return try ConstantArithmetic.select(known, budget).map { [$0] }
    case .reduce(let reduction): return try ConstantArithmetic.reduce(reduction, known[0], budget).map { [$0] }
    case .gatherElements, .gatherSlices, .scatterElements, .scatterSlices:
      for operand in known { try budget.spend(computing: operand.shape) }
      return try ConstantIndexing.evaluate(operation, known).map { [$0] }
    case .cumulativeSum, .topK, .extremePlace:
      try budget.spend(computing: known[0].shape)
      return try ConstantOrder.evaluate(operation, known[0])
    case .nonZero:
      try budget.spend(computing: known[0].shape)
      return [ConstantOrder.nonZero(known[0])]
    case .unique(let unique):
      try budget.spend(computing: known[0].shape)
      return try ConstantOrder.unique(unique, known[0])
    case .concatenate, .split, .slice, .transpose, .reshape, .gather, .expand, .tile:
      let shapes = try operation.outputShapes(inputs: inputShapes, outputCount: outputCount, limits: budget.limits)
      for shape in shapes { try budget.spend(computing: shape) }
      return try ConstantMovement(shapes: shapes, limits: budget.limits).move(operation, known)
    case .resize(let resize):
      for shape in try operation.outputShapes(inputs: inputShapes, outputCount: outputCount, limits: budget.limits) {
        try budget.spend(computing: shape)
      }
      return known[0].tensor.map { [.float($0.resized(resize))] }
    default: return nil
    }
  }

  private func filled(_ shape: Constant, value: Double, type: ElementType) throws -> Constant {
    guard let extents = shape.integers?.elements else {
      throw ShapeError.mismatch("a shape must be integers")
    }
    let shape = Shape(extents)
    try budget.limits.require(shape, as: "a constant")
    try budget.spend(computing: shape)
    return type.isFloatingPoint
      ? .float(Tensor(shape, repeating: Float(value)))
      : .integer(
        IntegerArray(
          shape, [Int](repeating: Int(exactly: value.rounded()) ?? 0, count: shape.elementCount), type: type))
  }

  /// ⌈(end − start)/step⌉ numbers from `start` on, none where that is negative.
  private func range(_ known: [Constant]) throws -> Constant? {
    guard known.count == 3, known.allSatisfy({ $0.shape.elementCount == 1 }) else { return nil }
    if let integers = known.map({ $0.integers?.elements[0] }) as? [Int] {
      let (start, end, step) = (integers[0], integers[1], integers[2])
      guard step != 0 else { throw ShapeError.badAttribute("a range from \(start) to \(end) by \(step)") }
      let isEmpty = step > 0 ? end <= start : end >= start
      let distance = start < end ? UInt(bitPattern: end &- start) : UInt(bitPattern: start &- end)
      let count = isEmpty ? 0 : Int(clamping: (distance - 1) / step.magnitude &+ 1)
      try budget.spend(computing: [count])
      return .integer(
        IntegerArray([count], (0..<count).map { start &+ $0 &* step }, type: known[0].integers?.type ?? .int64))
    }
    guard let floats = known.map({ $0.tensor?.scalars[0] }) as? [Float] else { return nil }
    let (start, end, step) = (floats[0], floats[1], floats[2])
    let count = ((end - start) / step).rounded(.up)
    guard count.isFinite else { throw ShapeError.badAttribute("a range from \(start) to \(end) by \(step)") }
    let length = count < 1 ? 0 : Int(exactly: count) ?? .max
    try budget.spend(computing: [length])
    return .float(Tensor([length], (0..<length).map { start + Float($0) * step }))
  }
}

extension Budget {
  /// Pays for a value that is computed before the network runs. Extents of zero cost as if they were one: tables have
  /// an entry for each index of each axis.
  func spend(computing shape: Shape) throws {
    try spend(shape.checkedVolume ?? .max, on: .computedElements)
  }
}

extension ElementType {
  /// An integer as this type keeps it: truncated to its width.
  func wrapped(_ value: Int) -> Int {
    switch self {
    case .int8: Int(Int8(truncatingIfNeeded: value))
    case .int16: Int(Int16(truncatingIfNeeded: value))
    case .int32: Int(Int32(truncatingIfNeeded: value))
    case .uint8: Int(UInt8(truncatingIfNeeded: value))
    case .uint16: Int(UInt16(truncatingIfNeeded: value))
    case .uint32: Int(UInt32(truncatingIfNeeded: value))
    case .int4: Int(Int8(truncatingIfNeeded: value << 4) >> 4)
    case .uint4: value & 15
    case .boolean: value == 0 ? 0 : 1
    default: value
    }
  }
}

extension Constant {
  func cast(to type: ElementType) -> Constant {
    switch self {
    case .float(let tensor):
      if type.isFloatingPoint { return type.byteCount <= 2 ? .float(tensor.map(type.rounded)) : self }
      let elements = tensor.scalars.map { scalar -> Int in
        if type == .boolean { return scalar == 0 ? 0 : 1 }
        if let range = type.halfByteRange { return Int(min(max(scalar.rounded(.towardZero), range.0), range.1)) }
        // Beyond an Int the result is undefined in the format; the nearest representable value is taken.
        let truncated = scalar.rounded(.towardZero)
        return Int(exactly: truncated) ?? (truncated > 0 ? .max : truncated < 0 ? .min : 0)
      }
      return .integer(IntegerArray(tensor.shape, elements.map(type.wrapped), type: type))
    case .integer(let array):
      return type.isFloatingPoint
        ? .float(Tensor(array.shape, array.elements.map { type.rounded(Float($0)) }))
        : .integer(IntegerArray(array.shape, array.elements.map(type.wrapped), type: type))
    }
  }

  private static func truth(_ tensor: Tensor, _ holds: (Float) -> Bool) -> Constant {
    .integer(IntegerArray(tensor.shape, tensor.scalars.map { holds($0) ? 1 : 0 }, type: .boolean))
  }

  /// The few functions that shape subgraphs use; `nil` for the rest.
  func applying(_ function: Pointwise) -> Constant? {
    switch self {
    case .integer(let array):
      let transform: (Int) -> Int
      switch function {
      case .negate: transform = { 0 &- $0 }
      case .absolute: transform = { $0 == .min ? .max : Swift.abs($0) }
      case .sign: transform = { $0.signum() }
      case .not: transform = { $0 == 0 ? 1 : 0 }
      case .ceil, .floor, .round: transform = { $0 }
      default: return nil
      }
      return .integer(
        IntegerArray(array.shape, array.elements.map { array.type.wrapped(transform($0)) }, type: array.type))
    case .float(let tensor):
      switch function {
      case .negate: return .float(tensor.map { -$0 })
      case .absolute: return .float(tensor.map { Swift.abs($0) })
      case .ceil: return .float(tensor.map { $0.rounded(.up) })
      case .floor: return .float(tensor.map { $0.rounded(.down) })
      case .round: return .float(tensor.map { $0.rounded(.toNearestOrEven) })
      case .sqrt: return .float(tensor.map { $0.squareRoot() })
      case .reciprocal: return .float(tensor.map { 1 / $0 })
      case .relu: return .float(tensor.map { $0 > 0 ? $0 : 0 })
      case .sign: return .float(tensor.map { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 })
      case .clip(let low, let high): return .float(tensor.map { $0 < low ? low : $0 > high ? high : $0 })
      case .isNaN: return .truth(tensor) { $0.isNaN }
      case .isInfinite(let positive, let negative):
        return .truth(tensor) { $0.isInfinite && ($0 > 0 ? positive : negative) }
      default: return nil
      }
    }
  }
}
