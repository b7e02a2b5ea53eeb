import Foundation
import GinghamSignals

/// A path through colour space along which equal steps look equally large: the CIELAB difference of neighbours is the
/// same everywhere, and lightness never turns back on an arm, so the map keeps its order in grey print.
public struct ColourMap: Sendable {
  /// Encoded sRGB colours at equal distances.
  let colours: [SIMD3<Double>]

  /// Dark violet over magenta and orange to pale yellow: for magnitudes, which begin at zero.
  public static let sequential = ColourMap(
    arm: uniform([
      polar(4, 10, 290), polar(20, 38, 302), polar(38, 60, 332), polar(54, 66, 366), polar(67, 52, 402),
      polar(81, 46, 434),
      polar(96, 15, 458),
    ]))

  /// Blue over white to red: for signed values, whose zero is the white in the middle. Both arms grow dark alike.
  public static let diverging: ColourMap = {
    func arm(hue: Double) -> [SIMD3<Double>] {
      uniform([
        polar(97, 0, hue), polar(80, 26, hue), polar(62, 47, hue), polar(46, 49, hue), polar(32, 39, hue),
      ])
    }
    return ColourMap(arm: arm(hue: 278).reversed() + arm(hue: 32).dropFirst())
  }()

  /// White to dark blue: for counts on paper, with numbers written over them.
  public static let blues = ColourMap(
    arm: uniform([
      polar(97, 2, 250), polar(80, 22, 255), polar(60, 37, 263), polar(41, 38, 272), polar(24, 30, 280),
    ]))

  /// Black to white in equal steps of lightness.
  public static let grey = ColourMap(arm: uniform([polar(0, 0, 0), polar(100, 0, 0)]))

  private init(arm: [SIMD3<Double>]) {
    colours = arm.map { lab in CIELAB.sRGB(lab).clamped(lowerBound: SIMD3(), upperBound: SIMD3(repeating: 1)) }
  }

  /// The encoded sRGB colour at `position` in 0…1; positions beyond are clipped.
  public func colour(at position: Double) -> SIMD3<Double> {
    let scaled = min(max(position, 0), 1) * Double(colours.count - 1)
    let index = min(Int(scaled), colours.count - 2)
    let fraction = scaled - Double(index)
    return colours[index] * (1 - fraction) + colours[index + 1] * fraction
  }

  /// Number of equal steps an arm is cut into.
  private static let steps = 256

  /// Lightness, chroma and hue in degrees: CIELAB in polar coordinates.
  private static func polar(_ lightness: Double, _ chroma: Double, _ hue: Double) -> SIMD3<Double> {
    SIMD3(lightness, chroma * cos(hue * .pi / 180), chroma * sin(hue * .pi / 180))
  }

  /// A smooth curve through `knots` (Catmull and Rom 1974), walked at constant speed.
  private static func uniform(_ knots: [SIMD3<Double>]) -> [SIMD3<Double>] {
    let fine = 4096
    let curve = (0...fine).map { point(on: knots, at: Double($0) / Double(fine) * Double(knots.count - 1)) }
    var travelled = [0.0]
    for (from, to) in zip(curve, curve.dropFirst()) {
      let step = to - from
      travelled.append((travelled.last ?? 0) + (step * step).sum().squareRoot())
    }
    let length = travelled[fine]
    var index = 0
    return (0...steps).map { step in
      let wanted = length * Double(step) / Double(steps)
      while index < fine - 1, travelled[index + 1] < wanted { index += 1 }
      let fraction = (wanted - travelled[index]) / (travelled[index + 1] - travelled[index])
      return curve[index] * (1 - fraction) + curve[index + 1] * fraction
    }
  }

  private static func point(on knots: [SIMD3<Double>], at parameter: Double) -> SIMD3<Double> {
    let segment = min(Int(parameter), knots.count - 2)
    let t = parameter - Double(segment)
    let (p1, p2) = (knots[segment], knots[segment + 1])
    let p0 = segment > 0 ? knots[segment - 1] : 2 * p1 - p2
    let p3 = segment + 2 < knots.count ? knots[segment + 2] : 2 * p2 - p1
    let linear = (p2 - p0) * t
    let quadratic = (2 * p0 - 5 * p1 + 4 * p2 - p3) * (t * t)
    let cubic = (3 * p1 - p0 - 3 * p2 + p3) * (t * t * t)
    return p1 + 0.5 * (linear + quadratic + cubic)
  }
}
