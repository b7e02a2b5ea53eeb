import GinghamLattices
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a finished picture shows of artifacts, as numbers.
public struct PictureMeasures: Hashable, Sendable {
  /// On the bands of the network's lattice; `nil` where the picture is too small for the smallest.
  public var lattice: PictureLatticeFinding?
  /// Of the gradient at the finished picture, without transforms.
  public var gradientLattice: LatticeFinding?
  /// The narrowest thing that repeats anywhere, on the lattice or off it; `nil` where the picture is too small.
  public var lines: LocalLines?
  /// Share of the pixels' channels that are as dark or as bright as 8 bits go.
  public var saturatedShare: Double
  /// Mean |difference| of neighbours, summed over channels and both axes.
  public var totalVariation: Double
  /// Exponent of the power law of the spectrum: about −2 for photographs.
  public var spectrumSlope: Double?
  /// Root mean square distance of the radial spectrum from the best 1/f² law, in decibels.
  public var spectrumDistance: Double?

  /// Share of fine detail on all the lattice's bands, less what white noise would have there.
  public var latticeShare: Double? { lattice.map { $0.bands.reduce(0) { $0 + $1.share - $1.null } } }

  /// - Parameters:
  ///   - picture: 1×C×H×W in 0…1.
  ///   - gradient: 1×C×H′×W′.
  /// - Throws: ``ArtifactError`` for numbers that are not finite.
  public init(of picture: Tensor, gradient: Tensor, latticePeriod: Int) throws {
    let planes = try Plane.planes(of: picture)
    let side = Plane.side(height: picture.shape[2], width: picture.shape[3])
    let periods = try Lattice(period: latticePeriod).bandPeriods.filter { PictureLattice.smallestSide(for: $0) <= side }
    lattice = periods.isEmpty ? nil : try PictureLattice(periods: periods).finding(ofPicture: planes)
    gradientLattice = try Self.lattice(of: gradient, period: latticePeriod)
    lines = LocalLines(of: planes)
    saturatedShare = Self.saturatedShare(of: planes)
    totalVariation = Double(TotalVariationPenalty.values(of: picture)[0])
    let spectrum = try RadialSpectrum(of: planes)
    spectrumSlope = spectrum.slope()
    spectrumDistance = Self.distance(of: spectrum)
  }

  private static func saturatedShare(of planes: [Plane]) -> Double {
    let values = planes.reduce(0) { $0 + $1.values.count }
    let ends = planes.reduce(0) { $0 + $1.values.count { $0 < 0.5 / 255 || $0 > 254.5 / 255 } }
    return values > 0 ? Double(ends) / Double(values) : 0
  }

  private static func lattice(of gradient: Tensor, period: Int) throws -> LatticeFinding? {
    let (height, width) = (gradient.shape[2], gradient.shape[3])
    guard period >= 2, Plane.side(height: height, width: width) >= 2 * period else { return nil }
    var lattice = try GradientLattice(
      period: period, isLine: height == 1,
      border: GradientLattice.usualBorder(period: period, height: height, width: width))
    try lattice.add(gradient)
    return try lattice.finding()
  }

  /// In 10·log₁₀ of power, over the rings from 0.02 to 0.48 cycles a pixel.
  private static func distance(of spectrum: RadialSpectrum) -> Double? {
    let levels = zip(spectrum.frequencies, spectrum.power).compactMap { frequency, power -> Double? in
      guard (0.02...0.48).contains(frequency), power > 0 else { return nil }
      return 10 * log10(power) + 20 * log10(frequency)
    }
    guard levels.count >= 3 else { return nil }
    let mean = levels.mean
    return (levels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(levels.count)).squareRoot()
  }
}
