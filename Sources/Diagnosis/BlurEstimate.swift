import GinghamLattices
import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much a Gaussian blur would explain of a picture's radial spectrum.
///
/// Photographs have a power law P ∝ f^−s, and a Gaussian of deviation σ multiplies it by exp(−(2πσf)²): both are fitted
/// together, ln P = a − s·ln f − σ²(2πf)². The spectrum is Hann-windowed, since the cross that unequal borders leave
/// would fill up what a blur has emptied, and ends where rounding to 8 bits covers it.
public struct BlurEstimate: Hashable, Sendable, Codable {
  /// Deviation in pixels of the Gaussian; 0 where the spectrum does not fall faster than a power law. Cameras and
  /// scaling leave 0.2 to 0.6.
  public var sigma: Double
  /// Exponent of the power law underneath.
  public var exponent: Double
  /// Highest frequency of the fit, in cycles a pixel.
  public var cutoff: Double

  /// Exponents that pictures have; without bounds few rings would trade the law against the blur.
  private static let exponents = 1.2...3.2
  /// The lowest frequency of the fit, in cycles a pixel: below it a picture's subject decides.
  private static let lowest = 0.04

  /// Of a luma with values in 0…1; `nil` where it is too small or too flat for a fit.
  public init?(of luma: Plane) {
    guard let spectrum = try? RadialSpectrum(of: [luma.hannWindowed]) else { return nil }
    self.init(of: spectrum, pixels: luma.height * luma.width)
  }

  /// - Parameter spectrum: of a windowed luma of that many pixels.
  init?(of spectrum: RadialSpectrum, pixels: Int) {
    // Rounding is white with variance 1/12 of a squared level in each channel; the window keeps 9/64 of the power.
    let rounding = (0.299 * 0.299 + 0.587 * 0.587 + 0.114 * 0.114) / 12 / (255 * 255)
    let floor = 6 * rounding * Double(pixels) * 9 / 64
    var points: [(frequency: Double, power: Double)] = []
    for (frequency, power) in zip(spectrum.frequencies, spectrum.power)
    where frequency >= BlurEstimate.lowest && frequency <= 0.45 {
      guard power > floor else { break }
      points.append((frequency, power))
    }
    guard points.count >= 5, let last = points.last else { return nil }
    var fit = BlurEstimate.fit(points, exponent: nil)
    if !BlurEstimate.exponents.contains(fit.exponent) {
      let bounded = min(max(fit.exponent, BlurEstimate.exponents.lowerBound), BlurEstimate.exponents.upperBound)
      fit = BlurEstimate.fit(points, exponent: bounded)
    }
    sigma = max(0, fit.square).squareRoot()
    exponent = fit.exponent
    cutoff = last.frequency
  }

  /// Least squares for s and σ², or for σ² alone under a given s.
  private static func fit(
    _ points: [(frequency: Double, power: Double)], exponent: Double?
  ) -> (exponent: Double, square: Double) {
    let count = Double(points.count)
    func centred(_ values: [Double]) -> [Double] {
      let mean = values.reduce(0, +) / count
      return values.map { $0 - mean }
    }
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let law = centred(points.map { -log($0.frequency) })
    let blur = centred(points.map { -4 * Double.pi * Double.pi * $0.frequency * $0.frequency })
    let target = centred(points.map { log($0.power) })
    if let exponent {
      let rest = zip(target, law).map { $0 - exponent * $1 }
      return (exponent, product(rest, blur) / product(blur, blur))
    }
    let (ll, lb, bb) = (product(law, law), product(law, blur), product(blur, blur))
    let (tl, tb) = (product(target, law), product(target, blur))
    let determinant = ll * bb - lb * lb
    guard determinant > 1e-12 * ll * bb else { return (exponents.upperBound + 1, 0) }
    return ((tl * bb - tb * lb) / determinant, (tb * ll - tl * lb) / determinant)
  }
}
