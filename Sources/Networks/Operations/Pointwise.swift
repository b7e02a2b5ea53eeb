/// A function of one element. Gradients at kinks are PyTorch's: relu′(0) = 0, clip and hardSigmoid 0 at both ends,
/// hardSwish′(−3) = 0 and (3) = 1, leaky′(0) = slope, abs′(0) = 0, elu′(0) = 1, sqrt′(0) = ∞.
public enum Pointwise: Hashable, Sendable {
  case relu
  case leakyReLU(slope: Float)
  /// Missing bounds are infinite.
  case clip(minimum: Float, maximum: Float)
  case sigmoid
  case tanh
  case hardSwish
  /// max(0, min(1, α·x + β)).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · Φ(x), exactly or by the tanh approximation (Hendrycks & Gimpel 2016).
  case gelu(approximate: Bool)
  case erf
  case elu(alpha: Float)
  case selu(alpha: Float, gamma: Float)
  case celu(alpha: Float)
  case softplus
  case softsign
  case mish
  /// x · sigmoid(x).
  case silu
  case thresholdedReLU(alpha: Float)
  case shrink(lambda: Float, bias: Float)
  case exp, log, sqrt, reciprocal, absolute, negate, sign
  case ceil, floor, round
  case sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh
  /// x^(1/degree) of x ≥ 0; at zero, where a norm has no gradient, the slope is 0.
  case root(degree: Float)
  /// 1 where the element is zero.
  case not
  /// 1 where the element is not a number, or infinite with a sign that counts.
  case isNaN
  case isInfinite(positive: Bool, negative: Bool)

  /// Whether this is max(0, x), with or without an upper bound: what gradient rules for rectifiers apply to.
  public var isRectifier: Bool {
    switch self {
    case .relu: true
    case .clip(let minimum, let maximum): minimum == 0 && maximum > 0
    default: false
    }
  }
}

/// A function of several tensors, element by element after broadcasting.
public enum Elementwise: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, power
  case minimum, maximum, mean
  /// Remainder with the divisor's sign (Python's %), and with the dividend's (C's fmod).
  case modulo, truncatedRemainder
  /// The quotient of integers, towards zero.
  case integerDivide
  /// Of integers in two's complement.
  case bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft, shiftRight
  case equal, greater, greaterOrEqual, less, lessOrEqual
  case and, or, xor
}
