import GinghamSignals
import GinghamTensors

/// Σ w(f)|X(f)|²/(HW)² with w = (2f)², f in cycles a pixel: the power of a picture, the more so the finer. Frequencies
/// of a half cycle a pixel count fully, the mean not at all.
public struct HighFrequencyPenalty: PicturePenalty, Hashable {
  /// With every setting at its default.
  public init() {}

  /// What is the same in every step, made once.
  public func planned(for size: PictureSize) -> any PicturePenalty { Planned(size) }

  /// Prices of N×C×H×W, one a picture; weight times their slopes are taken from `gradient`.
  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
    Planned(pictures.pictureSize).evaluate(pictures, weight: weight, subtractingFrom: &gradient)
  }

  /// The transform and the weights of one size.
  private struct Planned: PicturePenalty {
    private let transform: FourierTransform
    private let weights: [Float]

    init(_ size: PictureSize) {
      let transform = FourierTransform(height: size.height, width: size.width)
      let half = transform.halfWidth
      self.transform = transform
      weights = (0..<(size.height * half)).map { index in
        let f = FourierParameterization.frequency(
          row: index / half, column: index % half, height: size.height, width: size.width)
        return Float(4 * f * f)
      }
    }

    func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
      let loop = PenaltyLoop(pictures.shape)
      let (half, width) = (transform.halfWidth, transform.width)
      var spectra = transform.forward(pictures)
      let area = Double(loop.size.area)
      let count = spectra.count / loop.pictures
      var values = [Double](repeating: 0, count: loop.pictures)
      spectra.withUnsafeMutableBufferPointer { spectrum in
        for index in 0..<(spectrum.count / 2) {
          let (real, imaginary) = (spectrum[2 * index], spectrum[2 * index + 1])
          let column = index % half
          let mirrored: Double = column == 0 || 2 * column == width ? 1 : 2
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
  /// What settings, manifests and findings call it.
  public static let name = "high-frequency"
  /// In a line of the help text.
  public static let summary = "power, the more so the finer"

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }
  /// The price itself.
  public func penalty() -> any PicturePenalty { self }
}

extension PenaltyKind {
  /// Power, the more so the finer.
  public static let highFrequency = Self(HighFrequencyPenalty())
}
