/// What a value holds in the file it came from. Gingham computes in floating point; integers and truth values appear
/// only in the subgraphs that work out shapes, which are folded away when a network is bound to its input shape.
public enum ElementType: String, Hashable, Sendable, CaseIterable {
  case float16, bfloat16, float32, float64
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, float4e2m1
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case int4, uint4
  case boolean

  /// Whether it has fractions.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
      .float4e2m1:
      true
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .int4, .uint4, .boolean: false
    }
  }

  /// A number as this type keeps it. Only the short floating-point types change it.
  public func rounded(_ value: Float) -> Float {
    switch self {
    case .float16: return Float(Float16(value))
    case .bfloat16:
      guard value.isFinite else { return value }
      // To nearest, ties to even, on the upper half of the bits.
      let bits = value.bitPattern
      return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    default: return shortFloat?.rounded(value) ?? value
    }
  }

  /// Whether two elements share a byte.
  public var isHalfByte: Bool { self == .int4 || self == .uint4 || self == .float4e2m1 }

  /// Bytes an element takes in a file; 1 where two share one.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .boolean, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1, .int4,
      .uint4:
      1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}
