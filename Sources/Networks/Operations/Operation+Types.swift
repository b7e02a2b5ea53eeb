import GinghamTensors

extension Operation {
  /// The element type of an output, from those of the inputs; `nil` where those do not tell.
  public func outputType(_ index: Int, inputs: [ElementType?]) -> ElementType? {
    let first = inputs.first ?? nil
    switch self {
    case .elementwise(let kind): return kind.isTruth ? .boolean : first
    case .pointwise(.not), .pointwise(.isNaN), .pointwise(.isInfinite): return .boolean
    case .shapeOf, .sizeOf, .extremePlace, .nonZero: return .int64
    case .maxPool, .topK, .unique: return index > 0 ? .int64 : first
    case .cast(let type), .constantOfShape(_, let type): return type
    case .select: return inputs.count > 1 ? inputs[1] : nil
    case .quantize(let quantization): return quantization.type
    case .dynamicQuantize: return index == 1 ? .float32 : .uint8
    case .random: return .float32
    case .branch, .loop, .missing: return nil
    default: return first
    }
  }
}

extension Elementwise {
  /// Whether the result is a truth value.
  public var isTruth: Bool {
    switch self {
    case .equal, .greater, .greaterOrEqual, .less, .lessOrEqual, .and, .or, .xor: true
    case .add, .subtract, .multiply, .divide, .integerDivide, .power, .minimum, .maximum, .mean, .modulo,
      .truncatedRemainder, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight:
      false
    }
  }
}
