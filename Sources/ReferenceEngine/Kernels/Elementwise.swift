import GinghamNetworks
import GinghamTensors

extension KernelRequest {
  /// Every function of several tensors with its partial derivatives. More than two operands are folded from the left.
  func elementwise<Scalar: ReferenceScalar>(_ function: Elementwise) throws -> AnyKernel<Scalar> {
    let shapes = try node.inputs.indices.map(inputShape)
    let result = try outputShape()
    switch shapes.count {
    case 0: throw unsupported("it has no operands")
    case 1 where function.isAssociative: return AnyKernel(CopyKernel<Scalar>())
    case 2: return try binary(function, shapes[0], shapes[1], to: result, step: 0, of: 2)
    case _ where function.isAssociative: return AnyKernel(try FoldedKernel<Scalar>(function, shapes, self))
    default: throw unsupported("\(function.rawValue) takes two operands, found \(shapes.count)")
    }
  }

  /// Partial derivatives where operands tie are shared evenly, as PyTorch does.
  func binary<Scalar: ReferenceScalar>(
    _ function: Elementwise, _ a: Shape, _ b: Shape, to result: Shape, step: Int, of operandCount: Int
  ) throws -> AnyKernel<Scalar> {
    guard let rows = BroadcastRows([a, b], to: result) else {
      throw unsupported("\(a) and \(b) do not broadcast to \(result)")
    }
    typealias Kernel = BinaryKernel<Scalar>
    return switch function {
    case .add:
      AnyKernel(
        Kernel(rows) {
          $0 + $1
        } slopes: { _, _, _ in
          (1, 1)
        })
    case .subtract:
      AnyKernel(
        Kernel(rows) {
          $0 - $1
        } slopes: { _, _, _ in
          (1, -1)
        })
    case .multiply:
      AnyKernel(
        Kernel(rows) {
          $0 * $1
        } slopes: { a, b, _ in
          (b, a)
        })
    case .divide:
      AnyKernel(
        Kernel(rows) {
          $0 / $1
        } slopes: { _, b, y in
          (1 / b, -y / b)
        })
    case .power:
      AnyKernel(
        Kernel(rows) {
          power($0, $1)
        } slopes: { a, b, y in
          (powerSlope(a, b), exponentSlope(a, b, y))
        })
    case .minimum:
      AnyKernel(
        Kernel(rows) {
          lesser($0, $1)
        } slopes: { a, b, _ in
          a < b ? (1, 0) : a > b ? (0, 1) : (0.5, 0.5)
        })
    case .maximum:
      AnyKernel(
        Kernel(rows) {
          greater($0, $1)
        } slopes: { a, b, _ in
          a > b ? (1, 0) : a < b ? (0, 1) : (0.5, 0.5)
        })
    case .mean: AnyKernel(mean(rows, step: step, of: Scalar(operandCount)))
    case .modulo:
      AnyKernel(
        Kernel(rows) {
          $0 - $1 * ($0 / $1).rounded(.down)
        } slopes: { a, b, _ in
          (1, -(a / b).rounded(.down))
        })
    case .truncatedRemainder:
      AnyKernel(
        Kernel(rows) {
          $0.truncatingRemainder(dividingBy: $1)
        } slopes: { a, b, _ in
          (1, -(a / b).rounded(.towardZero))
        })
    case .integerDivide: AnyKernel(constantAlmostEverywhere(rows) { ($0 / $1).rounded(.towardZero) })
    case .bitwiseAnd: AnyKernel(constantAlmostEverywhere(rows) { bitwise($0, $1, &) })
    case .bitwiseOr: AnyKernel(constantAlmostEverywhere(rows) { bitwise($0, $1, |) })
    case .bitwiseXor: AnyKernel(constantAlmostEverywhere(rows) { bitwise($0, $1, ^) })
    case .shiftLeft: AnyKernel(constantAlmostEverywhere(rows) { bitwise($0, $1, <<) })
    case .shiftRight: AnyKernel(constantAlmostEverywhere(rows) { bitwise($0, $1, >>) })
    case .equal: AnyKernel(comparison(rows) { $0 == $1 })
    case .greater: AnyKernel(comparison(rows) { $0 > $1 })
    case .greaterOrEqual: AnyKernel(comparison(rows) { $0 >= $1 })
    case .less: AnyKernel(comparison(rows) { $0 < $1 })
    case .lessOrEqual: AnyKernel(comparison(rows) { $0 <= $1 })
    case .and: AnyKernel(comparison(rows) { $0 != 0 && $1 != 0 })
    case .or: AnyKernel(comparison(rows) { $0 != 0 || $1 != 0 })
    case .xor: AnyKernel(comparison(rows) { ($0 != 0) != ($1 != 0) })
    }
  }
}

extension KernelRequest {
  /// x above zero, slope·x elsewhere, with the slope broadcast against x.
  func parametricReLU<Scalar: ReferenceScalar>() throws -> BinaryKernel<Scalar> {
    let (x, slope) = try (inputShape(0), inputShape(1))
    guard let rows = BroadcastRows([x, slope], to: x) else { throw unsupported("\(slope) does not broadcast to \(x)") }
    return BinaryKernel(rows) {
      $0 > 0 ? $0 : $0 * $1
    } slopes: { x, slope, _ in
      x > 0 ? (1, 0) : (slope, x)
    }
  }
}

extension Elementwise {
  fileprivate var isAssociative: Bool {
    switch self {
    case .add, .multiply, .minimum, .maximum, .mean, .and, .or, .xor: true
    default: false
    }
  }
}

/// Truth values are constant almost everywhere: no gradient passes.
@inline(__always)
private func comparison<Scalar: ReferenceScalar>(
  _ rows: BroadcastRows, _ holds: @escaping (Scalar, Scalar) -> Bool
) -> BinaryKernel<Scalar> {
  constantAlmostEverywhere(rows) { holds($0, $1) ? 1 : 0 }
}

@inline(__always)
private func constantAlmostEverywhere<Scalar: ReferenceScalar>(
  _ rows: BroadcastRows, _ value: @escaping (Scalar, Scalar) -> Scalar
) -> BinaryKernel<Scalar> {
  BinaryKernel(rows, value: value) { _, _, _ in (0, 0) }
}

/// A function of integers that are held as numbers; NaN where one is none.
@inline(__always)
private func bitwise<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar, _ function: (Int, Int) -> Int) -> Scalar {
  guard let left = Int(exactly: a), let right = Int(exactly: b) else { return .nan }
  return Scalar(function(left, right))
}

/// One step of a mean of `count` operands: the first step weighs both of its operands, later ones only the new one.
@inline(__always)
private func mean<Scalar: ReferenceScalar>(_ rows: BroadcastRows, step: Int, of count: Scalar) -> BinaryKernel<Scalar> {
  let own: Scalar = step == 0 ? 1 / count : 1
  return BinaryKernel(rows) {
    $0 * own + $1 / count
  } slopes: { _, _, _ in
    (own, 1 / count)
  }
}

/// aᵇ over the reals: negative bases have powers only at whole exponents.
@inline(__always)
private func power<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
  if b == 2 { return a * a }
  if b == b.rounded(.towardZero), abs(b) < 0x1p31 { return Scalar.pow(a, Int(b)) }
  return Scalar.pow(a, b)
}

/// b·aᵇ⁻¹, and 0 for b = 0 whatever a is.
@inline(__always)
private func powerSlope<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
  b == 0 ? 0 : b * power(a, b - 1)
}

/// aᵇ·log a, and 0 where a power of zero does not change with its exponent.
@inline(__always)
private func exponentSlope<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar, _ y: Scalar) -> Scalar {
  if b == 0 ? a >= 0 : a == 0 && b > 0 { return 0 }
  return y * Scalar.log(a)
}

/// The smaller operand; NaN where either is.
@inline(__always)
private func lesser<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
  a < b || a.isNaN ? a : b
}

@inline(__always)
private func greater<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
  a > b || a.isNaN ? a : b
}
