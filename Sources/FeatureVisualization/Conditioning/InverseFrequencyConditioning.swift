import GinghamSignals
import GinghamTensors

/// The gradient's spectrum divided by frequency; its root mean square stays.
public struct InverseFrequencyConditioning: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "inverse-frequency"
  /// In a line of the help text.
  public static let summary = "the spectrum divided by frequency"

  /// With every setting at its default.
  public init() {}
  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }

  /// The gradient N×C×H×W, made ready for the optimizer.
  public func conditioned(_ gradient: Tensor) -> Tensor {
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

extension GradientConditioning {
  /// The spectrum divided by frequency; the gradient's root mean square stays.
  public static let inverseFrequency = Self(InverseFrequencyConditioning())
}
