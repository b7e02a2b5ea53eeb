import GinghamDifferentiation
import GinghamNetworks

/// A function of one element and its slope, run over whole buffers.
struct PointwiseKernel<Scalar: ReferenceScalar>: Kernel {
  private let runForward: (Source<Scalar>, Target<Scalar>) -> Void
  private let runBackward:
    (_ x: Source<Scalar>, _ y: Source<Scalar>, _ dy: Source<Scalar>, _ dx: Target<Scalar>) -> Void

  /// - Parameters:
  ///   - value: y of x.
  ///   - slope: dy/dx of x and y.
  @inline(__always)
  init(_ value: @escaping (Scalar) -> Scalar, slope: @escaping (_ x: Scalar, _ y: Scalar) -> Scalar) {
    runForward = { x, y in
      for index in y.indices { y[index] = value(x[index]) }
    }
    runBackward = { x, y, dy, dx in
      for index in dx.indices { dx[index] += dy[index] * slope(x[index], y[index]) }
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    runForward(inputs[0], outputs[0])
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    runBackward(inputs[0], outputs[0], dy, dx)
  }
}

extension KernelRequest {
  /// Every function of one element with its derivative.
  func pointwise<Scalar: ReferenceScalar>(_ function: Pointwise) -> AnyKernel<Scalar> {
    typealias Kernel = PointwiseKernel<Scalar>
    if function.isRectifier && rules.relu != .exact {
      return AnyKernel(RectifierRuleKernel<Scalar>(function, rule: rules.relu, batch: outputShapes[0].dimensions.first))
    }
    return switch function {
    case .relu:
      AnyKernel(
        Kernel {
          $0 < 0 ? 0 : $0
        } slope: { x, _ in
          x > 0 ? 1 : 0
        })
    case .leakyReLU(let slope):
      AnyKernel(leakyReLU(slope: Scalar(slope)))
    case .clip(let minimum, let maximum):
      AnyKernel(clip(minimum: Scalar(minimum), maximum: Scalar(maximum)))
    case .sigmoid:
      AnyKernel(
        Kernel {
          sigmoid($0)
        } slope: { _, y in
          y * (1 - y)
        })
    case .tanh:
      AnyKernel(
        Kernel {
          Scalar.tanh($0)
        } slope: { _, y in
          1 - y * y
        })
    case .hardSwish:
      AnyKernel(
        Kernel {
          $0 * min(max($0 + 3, 0), 6) / 6
        } slope: { x, _ in
          x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1
        })
    case .hardSigmoid(let alpha, let beta):
      AnyKernel(hardSigmoid(alpha: Scalar(alpha), beta: Scalar(beta)))
    case .gelu(let approximate):
      AnyKernel(approximate ? approximateGELU() : exactGELU())
    case .erf:
      AnyKernel(
        Kernel {
          Scalar.erf($0)
        } slope: { x, _ in
          2 / Scalar.sqrt(.pi) * Scalar.exp(-x * x)
        })
    case .elu(let alpha):
      AnyKernel(exponential(positive: 1, negative: Scalar(alpha), rate: 1))
    case .selu(let alpha, let gamma):
      AnyKernel(exponential(positive: Scalar(gamma), negative: Scalar(gamma) * Scalar(alpha), rate: 1))
    case .celu(let alpha):
      AnyKernel(exponential(positive: 1, negative: Scalar(alpha), rate: 1 / Scalar(alpha)))
    case .softplus:
      AnyKernel(
        Kernel {
          softplus($0)
        } slope: { x, _ in
          sigmoid(x)
        })
    case .softsign:
      AnyKernel(
        Kernel {
          $0 / (1 + abs($0))
        } slope: { x, _ in
          1 / ((1 + abs(x)) * (1 + abs(x)))
        })
    case .mish:
      AnyKernel(
        Kernel {
          $0 * Scalar.tanh(softplus($0))
        } slope: { x, _ in
          let t = Scalar.tanh(softplus(x))
          return t + x * (1 - t * t) * sigmoid(x)
        })
    case .silu:
      AnyKernel(
        Kernel {
          $0 * sigmoid($0)
        } slope: { x, _ in
          let s = sigmoid(x)
          return s * (1 + x * (1 - s))
        })
    case .thresholdedReLU(let alpha):
      AnyKernel(thresholdedReLU(alpha: Scalar(alpha)))
    case .shrink(let lambda, let bias):
      AnyKernel(shrink(lambda: Scalar(lambda), bias: Scalar(bias)))
    case .exp:
      AnyKernel(
        Kernel {
          Scalar.exp($0)
        } slope: { _, y in
          y
        })
    case .log:
      AnyKernel(
        Kernel {
          Scalar.log($0)
        } slope: { x, _ in
          1 / x
        })
    case .sqrt:
      AnyKernel(
        Kernel {
          $0.squareRoot()
        } slope: { _, y in
          1 / (2 * y)
        })
    case .reciprocal:
      AnyKernel(
        Kernel {
          1 / $0
        } slope: { _, y in
          -y * y
        })
    case .absolute:
      AnyKernel(
        Kernel {
          abs($0)
        } slope: { x, _ in
          signum(x)
        })
    case .negate:
      AnyKernel(
        Kernel {
          -$0
        } slope: { _, _ in
          -1
        })
    case .sign:
      AnyKernel(
        Kernel {
          signum($0)
        } slope: { _, _ in
          0
        })
    case .ceil:
      AnyKernel(
        Kernel {
          $0.rounded(.up)
        } slope: { _, _ in
          0
        })
    case .floor:
      AnyKernel(
        Kernel {
          $0.rounded(.down)
        } slope: { _, _ in
          0
        })
    case .round:
      AnyKernel(
        Kernel {
          $0.rounded(.toNearestOrEven)
        } slope: { _, _ in
          0
        })
    case .root(let degree): AnyKernel(root(degree: Scalar(degree)))
    case .isNaN:
      AnyKernel(
        Kernel {
          $0.isNaN ? 1 : 0
        } slope: { _, _ in
          0
        })
    case .isInfinite(let positive, let negative):
      AnyKernel(
        Kernel {
          $0.isInfinite && ($0 > 0 ? positive : negative) ? 1 : 0
        } slope: { _, _ in
          0
        })
    case .not:
      AnyKernel(
        Kernel {
          $0 == 0 ? 1 : 0
        } slope: { _, _ in
          0
        })
    case .sin:
      AnyKernel(
        Kernel {
          Scalar.sin($0)
        } slope: { x, _ in
          Scalar.cos(x)
        })
    case .cos:
      AnyKernel(
        Kernel {
          Scalar.cos($0)
        } slope: { x, _ in
          -Scalar.sin(x)
        })
    case .tan:
      AnyKernel(
        Kernel {
          Scalar.tan($0)
        } slope: { _, y in
          1 + y * y
        })
    case .asin:
      AnyKernel(
        Kernel {
          Scalar.asin($0)
        } slope: { x, _ in
          1 / (1 - x * x).squareRoot()
        })
    case .acos:
      AnyKernel(
        Kernel {
          Scalar.acos($0)
        } slope: { x, _ in
          -1 / (1 - x * x).squareRoot()
        })
    case .atan:
      AnyKernel(
        Kernel {
          Scalar.atan($0)
        } slope: { x, _ in
          1 / (1 + x * x)
        })
    case .sinh:
      AnyKernel(
        Kernel {
          Scalar.sinh($0)
        } slope: { x, _ in
          Scalar.cosh(x)
        })
    case .cosh:
      AnyKernel(
        Kernel {
          Scalar.cosh($0)
        } slope: { x, _ in
          Scalar.sinh(x)
        })
    case .asinh:
      AnyKernel(
        Kernel {
          Scalar.asinh($0)
        } slope: { x, _ in
          1 / (x * x + 1).squareRoot()
        })
    case .acosh:
      AnyKernel(
        Kernel {
          Scalar.acosh($0)
        } slope: { x, _ in
          1 / (x * x - 1).squareRoot()
        })
    case .atanh:
      AnyKernel(
        Kernel {
          Scalar.atanh($0)
        } slope: { x, _ in
          1 / (1 - x * x)
        })
    }
  }
}
