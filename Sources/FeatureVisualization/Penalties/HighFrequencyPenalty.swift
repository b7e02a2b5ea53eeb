import GinghamSignals
import GinghamTensors

/// Σ w(f)|X(f)|²/(HW)² with w = (2f)², f in cycles a pixel: the power of a picture, the more so the finer. Frequencies
/// of a half cycle a pixel count fully, the mean not at all.
public struct HighFrequencyPenalty: PicturePenalty, Hashable {
  public init() {}

  public func planned(for size: PictureSize) -> any PicturePenalty { Plan(size) }

  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
    Plan(pictures.pictureSize).evaluate(pictures, weight: weight, subtractingFrom: &gradient)
  }

  /// The transform of one size and the weights of its frequencies.
  private struct Plan: PicturePenalty {
    let size: PictureSize
    private let transform: FourierTransform
    /// H×(W/2+1)
    private let weights: [Float]

    init(_ size: PictureSize) {
      self.size = size
      let transform = FourierTransform(height: size.height, width: size.width)
      let half = transform.halfWidth
      weights = (0..<(size.height * half)).map { index -> Float in
        let f = FourierParameterization.frequency(
          row: index / half, column: index % half, height: size.height, width: size.width)
        return Float(4 * f * f)
      }
      self.transform = transform
    }

    func planned(for size: PictureSize) -> any PicturePenalty { size == self.size ? self : Plan(size) }

    func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
      guard pictures.pictureSize == size else {
        return Plan(pictures.pictureSize).evaluate(pictures, weight: weight, subtractingFrom: &gradient)
      }
      let half = transform.halfWidth
      var spectra = transform.forward(pictures)
      let area = Double(size.area)
      let batch = pictures.shape[0]
      let count = spectra.count / batch
      var values = [Double](repeating: 0, count: batch)
      spectra.withUnsafeMutableBufferPointer { spectrum in
        for index in 0..<(spectrum.count / 2) {
          let (real, imaginary) = (spectrum[2 * index], spectrum[2 * index + 1])
          let column = index % half
          let mirrored: Double = column == 0 || 2 * column == size.width ? 1 : 2
          let factor = weights[index % weights.count]
          values[2 * index / count] += mirrored * Double(factor * (real * real + imaginary * imaginary))
          spectrum[2 * index] = factor * real
          spectrum[2 * index + 1] = factor * imaginary
        }
      }
      // ∂/∂x = 2·F*(w·F x)/(HW)², and F* is HW times the normalised inverse.
      let slopes = transform.inverse(spectra)
      gradient.add(slopes, times: -weight * Float(2 / area))
      return values.map { Float($0 / (area * area)) * weight }
    }
  }
}

extension HighFrequencyPenalty: PenaltyPart {
  public static let name = "high-frequency"
  public static let summary = "power, the more so the finer"

  public init(reading value: PartValue) throws { try value.none() }
  public func penalty() -> any PicturePenalty { self }
}

extension PenaltyKind {
  /// Power, the more so the finer.
  public static let highFrequency = Self(HighFrequencyPenalty())
}
