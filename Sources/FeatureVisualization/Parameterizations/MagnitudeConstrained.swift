import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Only the phases of the spectrum are turned, its magnitudes stay those of natural pictures (MACO, Fel et al. 2023,
/// "Unlocking feature visualization for deeper networks with magnitude constrained optimization").
///
/// maps = standardized(irfft2(r·e^{i·standardized(φ)})), φ ~ N(0, 1) of N×C×H×(W/2+1). Standardizing takes a picture's
/// mean out and divides by its deviation + 10⁻⁵.
public struct MagnitudeConstrained: SpatialParameterization {
  /// N×C×H×W of the maps.
  public let shape: Shape
  /// Phases of the half spectrum.
  public let parameterShape: Shape
  /// r: C×H×(W/2+1).
  public let magnitude: Tensor

  private static let epsilon: Float = 1e-5
  private let transform: FourierTransform
  private let team: ThreadTeam

  /// - Parameter magnitude: C×H×(W/2+1); `nil` takes 1/f, the law of natural pictures (Field 1987).
  public init(shape: Shape, magnitude: Tensor? = nil, team: ThreadTeam = .alone) {
    self.shape = shape
    self.team = team
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    transform = FourierTransform(height: height, width: width)
    let half = transform.halfWidth
    parameterShape = [shape[0], channels, height, half]
    let expected: Shape = [channels, height, half]
    precondition(magnitude.map { $0.shape == expected } ?? true, "a spectrum of \(expected) is needed")
    let lowest = 1 / Double(max(height, width))
    self.magnitude =
      magnitude
      ?? Tensor(
        expected,
        (0..<expected.elementCount).map { index in
          let (row, column) = (index / half % height, index % half)
          let frequency = FourierParameterization.frequency(row: row, column: column, height: height, width: width)
          return Float(1 / max(frequency, lowest))
        })
  }

  /// Parameters to begin with.
  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: 1) }

  /// N×C×H×W of the parameters.
  public func maps(_ parameters: Tensor) -> Tensor { Self.standardized(synthesized(parameters)) }

  /// The transpose of ``maps(_:)``: from a slope at the maps to one at the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor {
    let maps = Self.standardizedGradient(cotangent, at: synthesized(parameters))
    let spectra = transform.inverseAdjoint(maps, on: team)
    let phases = Self.standardized(parameters)
    let count = magnitude.count
    let turned = spectra.withUnsafeBufferPointer { source in
      phases.withUnsafeBufferPointer { phases in
        magnitude.withUnsafeBufferPointer { magnitude in
          Tensor(parameterShape) { target in
            for index in target.indices {
              let (sine, cosine) = (sinf(phases[index]), cosf(phases[index]))
              target[index] =
                magnitude[index % count] * (source[2 * index + 1] * cosine - source[2 * index] * sine)
            }
          }
        }
      }
    }
    return Self.standardizedGradient(turned, at: parameters)
  }

  /// What ``maps(_:)`` makes these maps of.
  public func parameters(for maps: Tensor) throws -> Tensor {
    throw VisualizationError.contradiction(
      "the maco parameterization keeps the magnitudes of natural pictures, so it can start from noise only, at one size"
    )
  }

  private var spectrumShape: Shape { Shape(parameterShape.dimensions + [2]) }

  private func synthesized(_ parameters: Tensor) -> Tensor {
    let count = magnitude.count
    let spectra = Self.standardized(parameters).withUnsafeBufferPointer { phases in
      magnitude.withUnsafeBufferPointer { magnitude in
        Tensor(spectrumShape) { target in
          for index in phases.indices {
            target[2 * index] = magnitude[index % count] * cosf(phases[index])
            target[2 * index + 1] = magnitude[index % count] * sinf(phases[index])
          }
        }
      }
    }
    return transform.inverse(spectra, on: team)
  }

  /// Each picture by itself: (x − mean)/(deviation + ε), the population's deviation.
  static func standardized(_ batch: Tensor) -> Tensor {
    let count = batch.count / batch.shape[0]
    return batch.withUnsafeBufferPointer { source in
      Tensor(batch.shape) { target in
        for picture in 0..<batch.shape[0] {
          let range = (picture * count)..<((picture + 1) * count)
          let (mean, deviation) = moments(source[range])
          let factor = 1 / (deviation + epsilon)
          for index in range { target[index] = (source[index] - mean) * factor }
        }
      }
    }
  }

  /// With y = (x − μ)/(σ + ε): ∂/∂x = (g − mean g)/(σ + ε) − (x − μ)·Σ g(x − μ)/(nσ(σ + ε)²).
  static func standardizedGradient(_ cotangent: Tensor, at batch: Tensor) -> Tensor {
    let count = batch.count / batch.shape[0]
    return batch.withUnsafeBufferPointer { source in
      cotangent.withUnsafeBufferPointer { gradient in
        Tensor(batch.shape) { target in
          for picture in 0..<batch.shape[0] {
            let range = (picture * count)..<((picture + 1) * count)
            let (mean, deviation) = moments(source[range])
            var (sum, product) = (0.0, 0.0)
            for index in range {
              sum += Double(gradient[index])
              product += Double(gradient[index]) * Double(source[index] - mean)
            }
            let factor = 1 / (deviation + epsilon)
            let shift = Float(sum / Double(count))
            let pull = deviation > 0 ? Float(product / Double(count)) * factor * factor / deviation : 0
            for index in range { target[index] = (gradient[index] - shift) * factor - (source[index] - mean) * pull }
          }
        }
      }
    }
  }

  private static func moments(_ values: Slice<UnsafeBufferPointer<Float>>) -> (mean: Float, deviation: Float) {
    let count = Double(values.count)
    var sum = 0.0
    for value in values { sum += Double(value) }
    let mean = sum / count
    var squares = 0.0
    for value in values { squares += (Double(value) - mean) * (Double(value) - mean) }
    return (Float(mean), Float((squares / count).squareRoot()))
  }
}

extension MagnitudeConstrained {
  /// The mean magnitude of the spectra of pictures C×H×W in 0…1, all of one size: C×H×(W/2+1).
  public static func magnitude(of pictures: [Tensor]) throws -> Tensor {
    guard let first = pictures.first, first.shape.rank == 3, pictures.allSatisfy({ $0.shape == first.shape }) else {
      throw VisualizationError.contradiction("a mean spectrum needs pictures of one size")
    }
    let transform = FourierTransform(height: first.shape[1], width: first.shape[2])
    let shape: Shape = [first.shape[0], first.shape[1], transform.halfWidth]
    var sum = [Double](repeating: 0, count: shape.elementCount)
    for picture in pictures {
      transform.forward(picture).withUnsafeBufferPointer { spectrum in
        for index in sum.indices {
          let (real, imaginary) = (Double(spectrum[2 * index]), Double(spectrum[2 * index + 1]))
          sum[index] += (real * real + imaginary * imaginary).squareRoot()
        }
      }
    }
    return Tensor(shape, sum.map { Float($0 / Double(pictures.count)) })
  }
}

/// ``MagnitudeConstrained`` as recipes name it.
public struct PhaseSpace: ParameterizationPart {
  /// What settings, manifests and findings call it.
  public static let name = "maco"
  /// In a line of the help text.
  public static let summary = "phases alone, with the magnitudes of natural pictures"

  /// A folder of pictures whose mean spectrum is kept; `nil`: 1/f.
  public var spectrum: String?

  /// With the property of the same name.
  public init(spectrum: String? = nil) {
    self.spectrum = spectrum
  }

  /// Its settings, a row each.
  public static let settings = [
    RecipeSetting(
      "spectrum", \PhaseSpace.spectrum, unset: "1/f", valueName: "dir",
      help: "A folder of pictures whose mean spectrum maco keeps, or 1/f.")
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
    MagnitudeConstrained(shape: shape, magnitude: materials.spectrum, team: team)
  }

  /// The folder of pictures that it is measured on; `nil` where it needs none.
  public var folder: String? { spectrum }
  /// What it measures on pictures C×H×W in 0…1; `nil` where it needs none.
  public func measured(on pictures: [Tensor]) throws -> Tensor? { try MagnitudeConstrained.magnitude(of: pictures) }
  /// Why it cannot change its size; `nil` where it can.
  public var keepsToOneSize: String? { "keeps the magnitudes of one size" }
  /// Whether its parameters' slopes tell which pixels matter.
  public var showsImportance: Bool { true }
}

extension ParameterizationKind {
  /// Magnitudes are the mean spectrum of the pictures in a folder; `nil`: 1/f.
  public static func maco(spectrum: String? = nil) -> Self { Self(PhaseSpace(spectrum: spectrum)) }
}
