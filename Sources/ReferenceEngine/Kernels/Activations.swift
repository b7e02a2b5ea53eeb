/// Activations with parameters, and the functions they are made of.

/// 1/(1 + e⁻ˣ), without overflow on either side.
@inline(__always)
func sigmoid<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
  if x >= 0 { return 1 / (1 + Scalar.exp(-x)) }
  let e = Scalar.exp(x)
  return e / (1 + e)
}

/// log(1 + eˣ), without overflow.
@inline(__always)
func softplus<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
  max(x, 0) + Scalar.log(onePlus: Scalar.exp(-abs(x)))
}

/// −1, 0 or 1; NaN stays NaN.
@inline(__always)
func signum<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
  x > 0 ? 1 : x < 0 ? -1 : x
}

@inline(__always)
func leakyReLU<Scalar: ReferenceScalar>(slope: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    $0 > 0 ? $0 : slope * $0
  } slope: { x, _ in
    x > 0 ? 1 : slope
  }
}

@inline(__always)
func clip<Scalar: ReferenceScalar>(minimum: Scalar, maximum: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel { x in
    let raised = x < minimum ? minimum : x
    return raised > maximum ? maximum : raised
  } slope: { x, _ in
    x > minimum && x < maximum ? 1 : 0
  }
}

@inline(__always)
func hardSigmoid<Scalar: ReferenceScalar>(alpha: Scalar, beta: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    max(0, min(1, alpha * $0 + beta))
  } slope: { x, _ in
    let linear = alpha * x + beta
    return linear > 0 && linear < 1 ? alpha : 0
  }
}

/// x·Φ(x) with Φ the normal distribution: slope Φ(x) + x·φ(x).
@inline(__always)
func exactGELU<Scalar: ReferenceScalar>() -> PointwiseKernel<Scalar> {
  let root = Scalar(0.5).squareRoot()
  let density = 1 / (2 * Scalar.pi).squareRoot()
  return PointwiseKernel {
    $0 * 0.5 * (1 + Scalar.erf($0 * root))
  } slope: { x, _ in
    0.5 * (1 + Scalar.erf(x * root)) + x * density * Scalar.exp(-x * x / 2)
  }
}

/// x/2 · (1 + tanh(√(2/π)·(x + 0.044715 x³))).
@inline(__always)
func approximateGELU<Scalar: ReferenceScalar>() -> PointwiseKernel<Scalar> {
  let factor = (2 / Scalar.pi).squareRoot()
  let cubic: Scalar = 0.044715
  return PointwiseKernel {
    0.5 * $0 * (1 + Scalar.tanh(factor * ($0 + cubic * $0 * $0 * $0)))
  } slope: { x, _ in
    let t = Scalar.tanh(factor * (x + cubic * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * factor * (1 + 3 * cubic * x * x)
  }
}

/// positive·x above zero and negative·(e^(rate·x) − 1) below: ELU, SELU and CELU. The slope at zero is that of the
/// lower branch, as in PyTorch: 1 for an ELU with α = 1.
@inline(__always)
func exponential<Scalar: ReferenceScalar>(positive: Scalar, negative: Scalar, rate: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    $0 > 0 ? positive * $0 : negative * Scalar.expMinusOne(rate * $0)
  } slope: { x, _ in
    x > 0 ? positive : negative * rate * Scalar.exp(rate * x)
  }
}

/// x^(1/degree). A norm of zeros has no gradient: the slope there is 0.
@inline(__always)
func root<Scalar: ReferenceScalar>(degree: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    degree == 2 ? $0.squareRoot() : Scalar.pow($0, 1 / degree)
  } slope: { x, y in
    x == 0 ? 0 : y / (degree * x)
  }
}

@inline(__always)
func thresholdedReLU<Scalar: ReferenceScalar>(alpha: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    $0 > alpha ? $0 : 0
  } slope: { x, _ in
    x > alpha ? 1 : 0
  }
}

@inline(__always)
func shrink<Scalar: ReferenceScalar>(lambda: Scalar, bias: Scalar) -> PointwiseKernel<Scalar> {
  PointwiseKernel {
    $0 > lambda ? $0 - bias : $0 < -lambda ? $0 + bias : 0
  } slope: { x, _ in
    x > lambda || x < -lambda ? 1 : 0
  }
}
