import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Half spectra of real maps, each frequency scaled by 1/f^decay, so that a step of the optimizer changes all scales of
/// a natural picture alike (Olah, Mordvintsev & Schubert 2017, "Feature visualization").
///
/// maps = irfft2(parameters · √(HW)/max(f, 1/max(H, W))^decay)/4 with the inverse normalised by 1/(HW); parameters are
/// N×C×H×(W/2+1)×2, real and imaginary part. Odd widths come out exactly, not cropped from the next even one.
public struct FourierParameterization: SpatialParameterization {
  /// N×C×H×W of the maps.
  public let shape: Shape
  /// Exponent by which low frequencies weigh more.
  public let decay: Double
  /// Standard deviation of real and imaginary parts at the start.
  public var deviation: Float

  /// N×C×H×(W/2+1)×2: real and imaginary parts.
  public let parameterShape: Shape
  private let transform: FourierTransform
  /// H×(W/2+1), the constant ¼ included.
  private let scale: [Float]
  /// The same for the adjoint.
  private let adjointScale: [Float]
  private let team: ThreadTeam

  /// With the properties of the same names.
  public init(shape: Shape, decay: Double = 1, deviation: Float = 0.01, team: ThreadTeam = .alone) {
    self.shape = shape
    self.team = team
    self.decay = decay
    self.deviation = deviation
    let (height, width) = (shape[2], shape[3])
    transform = FourierTransform(height: height, width: width)
    let half = transform.halfWidth
    parameterShape = [shape[0], shape[1], height, half, 2]
    let lowest = 1 / Double(max(height, width))
    let scale = (0..<(height * half)).map { index in
      let frequency = Self.frequency(row: index / half, column: index % half, height: height, width: width)
      return Float(Double(height * width).squareRoot() / pow(max(frequency, lowest), decay) / 4)
    }
    self.scale = scale
    adjointScale = zip(scale, transform.inverseAdjointWeights).map { $0 * $1 }
  }

  /// Cycles a pixel of an element of a half spectrum.
  static func frequency(row: Int, column: Int, height: Int, width: Int) -> Double {
    let fy = Double(2 * row > height ? row - height : row) / Double(height)
    let fx = Double(column) / Double(width)
    return (fy * fy + fx * fx).squareRoot()
  }

  /// Parameters to begin with.
  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: deviation) }

  /// N×C×H×W of the parameters.
  public func maps(_ parameters: Tensor) -> Tensor { transform.inverse(parameters, times: scale, on: team) }

  /// The transpose of ``maps(_:)``: from a slope at the maps to one at the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor {
    transform.forward(cotangent, times: adjointScale, on: team)
  }

  /// What ``maps(_:)`` makes these maps of.
  public func parameters(for maps: Tensor) -> Tensor { transform.forward(maps, times: scale.map { 1 / $0 }) }
}

/// ``FourierParameterization`` as recipes name it.
public struct FourierSpace: ParameterizationPart {
  /// What settings, manifests and findings call it.
  public static let name = "fourier"
  /// In a line of the help text.
  public static let summary = "frequencies, coarse ones cheaper"

  /// Exponent by which low frequencies weigh more.
  public var decay: Double
  /// Standard deviation of the start.
  public var deviation: Double

  /// With the properties of the same names.
  public init(decay: Double = 1, deviation: Double = 0.01) {
    self.decay = decay
    self.deviation = deviation
  }

  /// Its settings, a row each.
  public static let settings = [
    RecipeSetting(
      "decay", \FourierSpace.decay, help: "Exponent by which Fourier parameters weigh low frequencies.",
      takes: "a number from 0 to 4"
    ) { (0...4).contains($0) },
    deviationSetting(\FourierSpace.deviation),
  ]

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    try value.none()
    self.init()
  }

  /// The space itself, for maps N×C×H×W.
  public func space(shape: Shape, materials: Renderer.Materials, team: ThreadTeam) -> any SpatialParameterization {
    FourierParameterization(shape: shape, decay: decay, deviation: Float(deviation), team: team)
  }
}

extension ParameterizationKind {
  /// Frequencies, low ones weighted by `decay`; starts with this standard deviation.
  public static func fourier(decay: Double = 1, deviation: Double = 0.01) -> Self {
    Self(FourierSpace(decay: decay, deviation: deviation))
  }
}
