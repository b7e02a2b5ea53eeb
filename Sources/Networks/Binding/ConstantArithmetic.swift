import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Broadcast arithmetic on constants. Integers stay integers, with the width of their type.
enum ConstantArithmetic {
  static func combine(_ kind: Elementwise, _ operands: [Constant], _ budget: Budget) throws -> Constant? {
    guard var result = operands.first else { return nil }
    if operands.count == 1 { return result }
    for operand in operands.dropFirst() {
      guard let next = try combine(kind == .mean ? .add : kind, result, operand, budget) else { return nil }
      result = next
    }
    if kind == .mean, case .float(let sum) = result {
      return .float(sum.map { $0 / Float(operands.count) })
    }
    return kind == .mean ? nil : result
  }

  private static func combine(
    _ kind: Elementwise, _ a: Constant, _ b: Constant, _ budget: Budget
  ) throws -> Constant? {
    let map = try BroadcastMap(a.shape, b.shape, limits: budget.limits)
    try budget.spend(computing: map.shape)
    switch (a, b) {
    case (.integer(let left), .integer(let right)):
      if let compare = comparison(kind, Int.self) {
        return truth(map) { compare(left.elements[$0], right.elements[$1]) }
      }
      guard let function = try integerFunction(kind, divisors: right.elements) else { return nil }
      let elements = map.pairs { left.type.wrapped(function(left.elements[$0], right.elements[$1])) }
      return .integer(IntegerArray(map.shape, elements, type: left.type))
    case (.float(let left), .float(let right)):
      return left.withUnsafeBufferPointer { x in
        right.withUnsafeBufferPointer { y in
          if let compare = comparison(kind, Float.self) { return truth(map) { compare(x[$0], y[$1]) } }
          return floatFunction(kind).map { function in .float(Tensor(map.shape, map.pairs { function(x[$0], y[$1]) })) }
        }
      }
    case (.integer(let base), .float):
      // Only powers mix types: the result has the base's.
      guard kind == .power else { throw ShapeError.mismatch("\(kind.rawValue) of integers and floats") }
      return try combine(kind, a.cast(to: .float32), b, budget)?.cast(to: base.type)
    case (.float, .integer):
      guard kind == .power else { throw ShapeError.mismatch("\(kind.rawValue) of floats and integers") }
      return try combine(kind, a, b.cast(to: .float32), budget)
    }
  }

  private static func truth(_ map: BroadcastMap, _ predicate: (Int, Int) -> Bool) -> Constant {
    .integer(IntegerArray(map.shape, map.pairs { predicate($0, $1) ? 1 : 0 }, type: .boolean))
  }

  private static func comparison<T: Comparable>(_ kind: Elementwise, _: T.Type) -> ((T, T) -> Bool)? {
    switch kind {
    case .equal: { $0 == $1 }
    case .greater: { $0 > $1 }
    case .greaterOrEqual: { $0 >= $1 }
    case .less: { $0 < $1 }
    case .lessOrEqual: { $0 <= $1 }
    default: nil
    }
  }

  private static func integerFunction(_ kind: Elementwise, divisors: [Int]) throws -> ((Int, Int) -> Int)? {
    switch kind {
    case .add: return { $0 &+ $1 }
    case .subtract: return { $0 &- $1 }
    case .multiply: return { $0 &* $1 }
    case .divide, .integerDivide, .modulo, .truncatedRemainder:
      if divisors.contains(0) { throw ShapeError.badAttribute("an integer is divided by zero") }
      if kind == .divide || kind == .integerDivide { return { $0.dividedReportingOverflow(by: $1).partialValue } }
      let remainder: (Int, Int) -> Int = { $0.remainderReportingOverflow(dividingBy: $1).partialValue }
      if kind == .truncatedRemainder { return remainder }
      return { a, b in
        let rest = remainder(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      }
    case .power: return { Int(exactly: pow(Double($0), Double($1)).rounded(.towardZero)) ?? 0 }
    case .minimum: return { min($0, $1) }
    case .maximum: return { max($0, $1) }
    case .and: return { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .or: return { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .xor: return { ($0 != 0) != ($1 != 0) ? 1 : 0 }
    case .bitwiseAnd: return { $0 & $1 }
    case .bitwiseOr: return { $0 | $1 }
    case .bitwiseXor: return { $0 ^ $1 }
    case .shiftLeft: return { $0 << $1 }
    case .shiftRight: return { $0 >> $1 }
    case .mean, .equal, .greater, .greaterOrEqual, .less, .lessOrEqual: return nil
    }
  }

  private static func floatFunction(_ kind: Elementwise) -> ((Float, Float) -> Float)? {
    switch kind {
    case .add: { $0 + $1 }
    case .subtract: { $0 - $1 }
    case .multiply: { $0 * $1 }
    case .divide: { $0 / $1 }
    case .power: { powf($0, $1) }
    case .minimum: { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
    case .maximum: { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    case .truncatedRemainder: { fmodf($0, $1) }
    case .modulo: { $0 - $1 * floorf($0 / $1) }
    default: nil
    }
  }

  static func select(_ operands: [Constant], _ budget: Budget) throws -> Constant? {
    guard operands.count == 3, let condition = operands[0].integers else { return nil }
    let branches = try BroadcastMap(operands[1].shape, operands[2].shape, limits: budget.limits)
    let outer = try BroadcastMap(condition.shape, branches.shape, limits: budget.limits)
    try budget.spend(computing: outer.shape)
    let sources = branches.pairs { ($0, $1) }
    let chosen = outer.pairs { (condition.elements[$0] != 0, sources[$1]) }
    switch (operands[1], operands[2]) {
    case (.integer(let a), .integer(let b)):
      let elements = chosen.map { $0 ? a.elements[$1.0] : b.elements[$1.1] }
      return .integer(IntegerArray(outer.shape, elements, type: a.type))
    case (.float(let a), .float(let b)):
      let (x, y) = (a.scalars, b.scalars)
      return .float(Tensor(outer.shape, chosen.map { $0 ? x[$1.0] : y[$1.1] }))
    default:
      throw ShapeError.mismatch("both branches must have one type")
    }
  }

  /// Sums, products and extremes of integers, as shape subgraphs take them.
  static func reduce(_ reduction: Reduction, _ operand: Constant, _ budget: Budget) throws -> Constant? {
    guard let array = operand.integers, case .listed(let axes) = reduction.axes else { return nil }
    let function: (Int, Int) -> Int
    switch reduction.kind {
    case .sum: function = { $0 &+ $1 }
    case .product: function = { $0 &* $1 }
    case .maximum: function = { max($0, $1) }
    case .minimum: function = { min($0, $1) }
    default: return nil
    }
    let shape = try Operation.reduce(reduction).outputShapes(inputs: [array.shape], outputCount: 1)[0]
    let kept = Shape(array.shape.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
    try budget.spend(computing: array.shape)
    let owners = try BroadcastMap(array.shape, kept, limits: budget.limits).pairs { $1 }
    var result = [Int?](repeating: nil, count: kept.elementCount)
    for (element, owner) in zip(array.elements, owners) {
      result[owner] = array.type.wrapped(result[owner].map { function($0, element) } ?? element)
    }
    let neutral = reduction.kind == .product ? 1 : 0
    return .integer(IntegerArray(shape, result.map { $0 ?? neutral }, type: array.type))
  }
}

/// Which elements of two operands meet in each element of their broadcast.
struct BroadcastMap {
  let shape: Shape
  private let left: [Int]
  private let right: [Int]

  init(_ a: Shape, _ b: Shape, limits: ResourceLimits) throws {
    guard let shape = a.broadcast(with: b) else { throw ShapeError.mismatch("\(a) and \(b) do not broadcast") }
    try limits.require(shape, as: "a broadcast")
    self.shape = shape
    left = Self.strides(of: a, in: shape)
    right = Self.strides(of: b, in: shape)
  }

  private static func strides(of operand: Shape, in shape: Shape) -> [Int] {
    let missing = shape.rank - operand.rank
    return shape.dimensions.indices.map { axis in
      axis < missing || operand[axis - missing] == 1 ? 0 : operand.strides[axis - missing]
    }
  }

  func pairs<Result>(_ body: (Int, Int) -> Result) -> [Result] {
    var results: [Result] = []
    let count = shape.elementCount
    results.reserveCapacity(count)
    var index = [Int](repeating: 0, count: shape.rank)
    var (a, b) = (0, 0)
    for _ in 0..<count {
      results.append(body(a, b))
      var axis = shape.rank - 1
      while axis >= 0 {
        index[axis] += 1
        a += left[axis]
        b += right[axis]
        if index[axis] < shape[axis] { break }
        a -= left[axis] * shape[axis]
        b -= right[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return results
  }
}
