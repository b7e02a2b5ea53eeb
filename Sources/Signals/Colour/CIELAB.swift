import Foundation

/// CIE 1976 L*a*b* under the white of sRGB (D65): lightness 0…100, and two opponent axes. Euclidean distances are the
/// colour difference ΔE*ab.
public enum CIELAB {
  /// Rows give X, Y, Z of linear sRGB (IEC 61966-2-1).
  private static let toXYZ = [
    SIMD3(0.4124564, 0.3575761, 0.1804375), SIMD3(0.2126729, 0.7151522, 0.0721750),
    SIMD3(0.0193339, 0.1191920, 0.9503041),
  ]
  private static let fromXYZ = [
    SIMD3(3.2404541621141054, -1.5371385127977166, -0.4985314095560162),
    SIMD3(-0.9692660305051868, 1.8760108454466942, 0.0415560175303498),
    SIMD3(0.0556434309591147, -0.2040259135167538, 1.0572251882231791),
  ]
  /// X, Y, Z of encoded (1, 1, 1), so that white is exactly (100, 0, 0).
  private static let white = SIMD3(toXYZ[0].sum(), toXYZ[1].sum(), toXYZ[2].sum())

  /// L* in 0…100, a* and b* of a colour in 0…1 (CIE 15, D65).
  public static func encode(sRGB colour: SIMD3<Double>) -> SIMD3<Double> {
    let linear = SRGB.linear(colour)
    let ratios = SIMD3((toXYZ[0] * linear).sum(), (toXYZ[1] * linear).sum(), (toXYZ[2] * linear).sum()) / white
    let (x, y, z) = (compress(ratios.x), compress(ratios.y), compress(ratios.z))
    return SIMD3(116 * y - 16, 500 * (x - y), 200 * (y - z))
  }

  /// The encoded sRGB colour; components outside 0…1 mean that a screen cannot show it.
  public static func sRGB(_ lab: SIMD3<Double>) -> SIMD3<Double> {
    let y = (lab.x + 16) / 116
    let xyz = SIMD3(expand(y + lab.y / 500), expand(y), expand(y - lab.z / 200)) * white
    return SRGB.encoded(
      SIMD3((fromXYZ[0] * xyz).sum(), (fromXYZ[1] * xyz).sum(), (fromXYZ[2] * xyz).sum()))
  }

  /// The colour difference ΔE*ab of two encoded sRGB colours; about 2.3 is just noticeable.
  public static func difference(_ left: SIMD3<Double>, _ right: SIMD3<Double>) -> Double {
    let delta = encode(sRGB: left) - encode(sRGB: right)
    return (delta * delta).sum().squareRoot()
  }

  private static let knee = 6.0 / 29

  private static func compress(_ ratio: Double) -> Double {
    ratio > knee * knee * knee ? cbrt(ratio) : ratio / (3 * knee * knee) + 4.0 / 29
  }

  private static func expand(_ value: Double) -> Double {
    value > knee ? value * value * value : 3 * knee * knee * (value - 4.0 / 29)
  }
}
