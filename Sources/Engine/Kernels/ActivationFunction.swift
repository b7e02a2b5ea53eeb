import COneDNN
import GinghamNetworks

/// An activation that oneDNN can do while it stores a result, and whose derivative follows from its own result alone.
struct ActivationFunction {
  enum Derivative {
    /// One where the result lies strictly between the bounds, zero elsewhere.
    case window(above: Float, below: Float)
    /// Worked out by oneDNN from the result.
    case library(dnnl_alg_kind_t)
  }

  let algorithm: dnnl_alg_kind_t
  let alpha: Float
  let beta: Float
  let derivative: Derivative

  init?(_ function: Pointwise) {
    switch function {
    case .relu:
      (algorithm, alpha, beta) = (dnnl_eltwise_relu, 0, 0)
      derivative = .window(above: 0, below: .infinity)
    case .clip(let minimum, let maximum) where minimum < maximum:
      (algorithm, alpha, beta) = (dnnl_eltwise_clip_v2, minimum, maximum)
      derivative = .window(above: minimum, below: maximum)
    case .sigmoid:
      (algorithm, alpha, beta) = (dnnl_eltwise_logistic, 0, 0)
      derivative = .library(dnnl_eltwise_logistic_use_dst_for_bwd)
    case .tanh:
      (algorithm, alpha, beta) = (dnnl_eltwise_tanh, 0, 0)
      derivative = .library(dnnl_eltwise_tanh_use_dst_for_bwd)
    default: return nil
    }
  }

  var postOperation: PostOperation { .eltwise(algorithm, alpha: alpha, beta: beta) }

  /// The range that the activation cuts its input to, for activations that do nothing else.
  var bounds: (low: Float, high: Float) {
    if case .window(let above, let below) = derivative { (above, below) } else { (-.infinity, .infinity) }
  }

  /// Whether a channel of zeros stays one: what stands in the padding of a channel block must.
  var keepsZero: Bool {
    switch derivative {
    case .window(let above, let below): above <= 0 && below >= 0
    case .library(let algorithm): algorithm == dnnl_eltwise_tanh_use_dst_for_bwd
    }
  }
}
