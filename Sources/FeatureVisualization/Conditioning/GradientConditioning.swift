import GinghamLattices
import GinghamSignals
import GinghamTensors

/// What is done to the gradient at the picture before the optimizer sees it. Each makes a surrogate: the optimizer no
/// longer follows the derivative.
public enum GradientConditioning: Hashable, Sendable {
  /// A Gaussian of this standard deviation in pixels.
  case blur(Double)
  /// Every band of a Laplacian pyramid scaled to the same strength (Mordvintsev, Olah & Tyka 2015).
  case laplacian
  /// The spectrum divided by frequency; the gradient's root mean square stays.
  case inverseFrequency
  /// Frequencies up to a radius, in bins of 224 pixels (Muzellec et al. 2024).
  case lowPass(Double)
  /// Everything that repeats with this period taken out, each channel's mean apart; `nil` stands for the network's.
  case notch(Int?)

  /// N×C×H×W to the same.
  ///
  /// - Throws: ``ArtifactError`` where gradients are not finite or a period does not exist.
  public func callAsFunction(_ gradient: Tensor) throws -> Tensor {
    switch self {
    case .blur(let sigma): return gradient.filtered(taps: FilterTaps.gaussian(sigma: sigma), border: .zero)
    case .laplacian: return LaplacianNormalization()(gradient)
    case .inverseFrequency: return Self.dividedByFrequency(gradient)
    case .lowPass(let radius): return try LowPass(radius: radius).applied(to: gradient)
    case .notch(let period):
      guard let period else { throw VisualizationError.contradiction("the notch has no period") }
      return try LatticeNotch(period: period).applied(to: gradient)
    }
  }

  private static func dividedByFrequency(_ gradient: Tensor) -> Tensor {
    let size = gradient.pictureSize
    let transform = FourierTransform(height: size.height, width: size.width)
    let half = transform.halfWidth
    let lowest = 1 / Double(max(size.height, size.width))
    let factors = (0..<(size.height * half)).map { index in
      Float(
        lowest
          / max(
            FourierParameterization.frequency(
              row: index / half, column: index % half, height: size.height, width: size.width), lowest))
    }
    var spectra = transform.forward(gradient)
    spectra.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices { buffer[index] *= factors[index / 2 % factors.count] }
    }
    let result = transform.inverse(spectra)
    let (before, after) = (gradient.rootMeanSquare, result.rootMeanSquare)
    return after > 0 ? result.map { $0 * (before / after) } : result
  }
}

extension Tensor {
  var meanMagnitude: Float {
    guard count > 0 else { return 0 }
    return Float(withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double(abs($1)) } } / Double(count))
  }

  var rootMeanSquare: Float {
    guard count > 0 else { return 0 }
    let sum = withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
    return Float((sum / Double(count)).squareRoot())
  }
}
