/// A floating-point format of eight bits or fewer: a sign, an exponent, a mantissa (OCP 8-bit Floating Point
/// Specification 1.0; Noune et al. 2022 for the formats without a negative zero).
struct ShortFloat {
  let exponentBits: Int
  let mantissaBits: Int
  let bias: Int
  /// The largest magnitude.
  let largest: Float
  /// Whether the highest exponent means infinity and NaN, as in IEEE 754.
  var hasInfinity = false
  /// Whether the bits of a negative zero mean NaN.
  var isUnsignedZero = false

  static let e4m3fn = ShortFloat(exponentBits: 4, mantissaBits: 3, bias: 7, largest: 448)
  static let e4m3fnuz = ShortFloat(exponentBits: 4, mantissaBits: 3, bias: 8, largest: 240, isUnsignedZero: true)
  static let e5m2 = ShortFloat(exponentBits: 5, mantissaBits: 2, bias: 15, largest: 57344, hasInfinity: true)
  static let e5m2fnuz = ShortFloat(exponentBits: 5, mantissaBits: 2, bias: 16, largest: 57344, isUnsignedZero: true)
  static let e2m1 = ShortFloat(exponentBits: 2, mantissaBits: 1, bias: 1, largest: 6)

  /// To nearest, ties to even; beyond the largest magnitude to that.
  func rounded(_ value: Float) -> Float {
    guard !value.isNaN, value != 0 else { return isUnsignedZero && value == 0 ? 0 : value }
    guard value.isFinite else { return value < 0 ? -largest : largest }
    let exponent = max(Int(value.exponent), 1 - bias)
    let quantum = Float(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
    let nearest = (value / quantum).rounded(.toNearestOrEven) * quantum
    let bounded = min(max(nearest, -largest), largest)
    return isUnsignedZero && bounded == 0 ? 0 : bounded
  }

  func value(bits: UInt8) -> Float {
    let width = exponentBits + mantissaBits
    let isNegative = bits >> width & 1 == 1
    let magnitude = Int(bits) & (1 << width - 1)
    if isUnsignedZero, isNegative, magnitude == 0 { return .nan }
    let (exponent, mantissa) = (magnitude >> mantissaBits, magnitude & (1 << mantissaBits - 1))
    let isHighest = exponent == 1 << exponentBits - 1
    let value: Float
    if hasInfinity, isHighest {
      value = mantissa == 0 ? .infinity : .nan
    } else if width == 7, !isUnsignedZero, !hasInfinity, magnitude == 1 << width - 1 {
      value = .nan
    } else {
      let significand = Float(exponent == 0 ? mantissa : mantissa | 1 << mantissaBits)
      value = significand * Float(sign: .plus, exponent: max(exponent, 1) - bias - mantissaBits, significand: 1)
    }
    return isNegative ? -value : value
  }
}

extension ElementType {
  /// The format of the types with eight bits or fewer.
  var shortFloat: ShortFloat? {
    switch self {
    case .float8e4m3fn: .e4m3fn
    case .float8e4m3fnuz: .e4m3fnuz
    case .float8e5m2: .e5m2
    case .float8e5m2fnuz: .e5m2fnuz
    case .float4e2m1: .e2m1
    default: nil
    }
  }

  /// The value of an element's bits, for floating-point types of eight bits or fewer.
  public func value(shortBits bits: UInt8) -> Float? { shortFloat?.value(bits: bits) }

  /// The largest magnitude a floating-point type holds.
  public var largestFinite: Double {
    switch self {
    case .float16: Double(Float16.greatestFiniteMagnitude)
    case .bfloat16: 0x1.fep127
    case .float64: .greatestFiniteMagnitude
    default: shortFloat.map { Double($0.largest) } ?? Double(Float.greatestFiniteMagnitude)
    }
  }

  /// The numbers of an integer type of four bits: what lies beyond becomes the nearest of them.
  public var halfByteRange: (Float, Float)? {
    switch self {
    case .int4: (-8, 7)
    case .uint4: (0, 15)
    default: nil
    }
  }
}
