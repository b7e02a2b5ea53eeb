import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTensors

/// The spectrum of a loss's input gradient: one backward pass says which frequencies the network hears, where a heat map
/// of perturbations needs a forward pass for each. Checkerboards are its peaks at N/stride.
///
/// Signs of gradients vary from place to place, so that a grid shows less in the gradient itself than in its magnitude;
/// both are kept. Each picture's gradient is scaled to length 1 first.
public struct GradientSpectrum: Sendable {
  private var signed: [Double] = []
  private var unsigned: [Double] = []
  private var signedPeaks: [SpectralPeaks] = []
  private var unsignedPeaks: [SpectralPeaks] = []
  private var size = (height: 0, width: 0)
  private let lattice: Lattice
  /// Gradients so far.
  public private(set) var pictureCount = 0

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``.
  public init(period: Int) throws {
    lattice = try Lattice(period: period)
  }

  /// Adds the gradients N×C×H×W; those that are zero everywhere are left out.
  public mutating func add(_ gradients: Tensor) {
    let (channels, height, width) = (gradients.shape[1], gradients.shape[2], gradients.shape[3])
    let area = height * width
    if signed.isEmpty {
      signed = [Double](repeating: 0, count: area)
      unsigned = signed
      size = (height, width)
    }
    for sample in 0..<gradients.shape[0] {
      let (mean, magnitude): ([Double], [Double]) = gradients.withSample(sample) { values in
        let length = sumOfSquares(values).squareRoot()
        guard length > 0 else { return ([], []) }
        var (mean, energy) = ([Double](repeating: 0, count: area), [Double](repeating: 0, count: area))
        for index in values.indices {
          let value = Double(values[index]) / length
          mean[index % area] += value / Double(channels)
          energy[index % area] += value * value
        }
        return (mean, energy.map { $0.squareRoot() })
      }
      guard !mean.isEmpty else { continue }
      let average = magnitude.reduce(0, +) / Double(area)
      add(Plane(height: height, width: width, values: mean), to: &signed, &signedPeaks)
      add(
        Plane(height: height, width: width, values: magnitude.map { $0 - average }), to: &unsigned, &unsignedPeaks)
      pictureCount += 1
    }
  }

  private func add(_ map: Plane, to sum: inout [Double], _ peaks: inout [SpectralPeaks]) {
    let power = PowerSpectrum(of: map.tensor).power.scalars
    // Orthonormal: the powers sum to the map's sum of squares.
    for index in power.indices { sum[index] += Double(power[index]) / Double(power.count) }
    peaks.append(SpectralPeaks(of: map, lattice: lattice))
  }

  /// H×W, frequency zero at [0, 0]: |F|² of the gradient's mean over channels, orthonormal, mean over pictures.
  public var power: Tensor { mean(signed) }

  /// As ``power``, of the gradient's length √Σ_c g² at each pixel less its mean.
  public var magnitudePower: Tensor { mean(unsigned) }

  private func mean(_ sum: [Double]) -> Tensor {
    Tensor([size.height, size.width], sum.map { Float($0 / Double(max(pictureCount, 1))) })
  }

  /// How far a lattice frequency stands above the frequencies around it.
  public struct Peak: Hashable, Sendable, Encodable {
    /// In pixels.
    public var period: Int
    /// The highest bin of the band over its surroundings, in decibels; in the gradient and in its magnitude.
    public var decibels: Double?
    /// Of the magnitudes' spectrum; `nil` where it has no power there.
    public var magnitudeDecibels: Double?

    private enum CodingKeys: String, CodingKey {
      case period
      case decibels = "db"
      case magnitudeDecibels = "magnitude_db"
    }
  }

  /// One a band of the lattice.
  public var peaks: [Peak] {
    let (signed, unsigned) = (SpectralPeaks.pooled(signedPeaks), SpectralPeaks.pooled(unsignedPeaks))
    func decibels(_ peaks: SpectralPeaks, _ period: Int) -> Double? {
      guard let ratio = peaks.highest(ofBand: period)?.ratio, ratio > 0, ratio.isFinite else { return nil }
      return 10 * log10(ratio)
    }
    return lattice.bandPeriods.map {
      Peak(period: $0, decibels: decibels(signed, $0), magnitudeDecibels: decibels(unsigned, $0))
    }
  }
}
