import GinghamLattices
import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A picture's colours in CIE L*a*b*: lightness, chroma, and hue weighted by chroma, since the hue of grey means nothing.
public struct ColourStatistics: Hashable, Sendable, Codable {
  /// Bins of the circle of hues, ten degrees each.
  public static let hueBins = 36
  /// L* 0…100 in steps of two, chroma 0…120 in steps of two: shares of the pixels.
  public static let binWidth = 2.0

  /// Share of all chroma in each ten degrees of hue; zeros for a grey picture.
  @Packed public var hue: [Double]
  /// The same of the picture with red and blue exchanged.
  @Packed public var exchangedHue: [Double]
  /// Mean chroma of the picture with red and blue exchanged.
  public var exchangedChroma: Double
  /// Share of the pixels in each bin of L*.
  @Packed public var lightness: [Double]
  /// Share of the pixels in each bin of chroma.
  @Packed public var chroma: [Double]
  /// L*, in 0…100.
  public var meanLightness: Double
  /// Deviation of L* within the picture.
  public var contrast: Double
  /// In the units of a* and b*.
  public var meanChroma: Double
  /// Mean a* and b*: the tint of the whole picture.
  public var meanTint: SIMD2<Double>

  /// Pixels looked at along each axis: colours need no more, and a cube root a pixel is dear.
  private static let samplesPerAxis = 96

  /// Of red, green and blue in 0…1; `nil` for any other number of channels.
  public init?(of channels: [Plane]) {
    guard channels.count == 3 else { return nil }
    let (height, width) = (channels[0].height, channels[0].width)
    var (hue, exchanged) = (HueHistogram(), HueHistogram())
    var (lightness, chroma) = ([Double](repeating: 0, count: 51), [Double](repeating: 0, count: 61))
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    var tint = SIMD2<Double>.zero
    let rows = ColourStatistics.places(height)
    let columns = ColourStatistics.places(width)
    for y in rows {
      for x in columns {
        let index = y * width + x
        let colour = SIMD3(channels[0].values[index], channels[1].values[index], channels[2].values[index])
          .clamped(lowerBound: .zero, upperBound: .one)
        let lab = CIELAB.encode(sRGB: colour)
        let strength = hue.add(lab)
        _ = exchanged.add(CIELAB.encode(sRGB: SIMD3(colour.z, colour.y, colour.x)))
        lightness[min(max(Int(lab.x / ColourStatistics.binWidth), 0), 50)] += 1
        chroma[min(Int(strength / ColourStatistics.binWidth), 60)] += 1
        sum += lab.x
        squares += lab.x * lab.x
        tint += SIMD2(lab.y, lab.z)
        count += 1
      }
    }
    guard count > 0 else { return nil }
    self.hue = hue.shares
    exchangedHue = exchanged.shares
    (meanChroma, exchangedChroma) = (hue.sum / count, exchanged.sum / count)
    self.lightness = lightness.map { $0 / count }
    self.chroma = chroma.map { $0 / count }
    meanLightness = sum / count
    contrast = max(0, squares / count - meanLightness * meanLightness).squareRoot()
    meanTint = tint / count
  }

  /// Chroma by hue.
  private struct HueHistogram {
    private var bins = [Double](repeating: 0, count: ColourStatistics.hueBins)
    private(set) var sum = 0.0

    /// - Returns: the colour's chroma.
    mutating func add(_ lab: SIMD3<Double>) -> Double {
      let strength = (lab.y * lab.y + lab.z * lab.z).squareRoot()
      let turn = atan2(lab.z, lab.y) / (2 * Double.pi)
      let bin = Int((turn < 0 ? turn + 1 : turn) * Double(ColourStatistics.hueBins))
      bins[min(bin, ColourStatistics.hueBins - 1)] += strength
      sum += strength
      return strength
    }

    var shares: [Double] { sum > 0 ? bins.map { $0 / sum } : bins }
  }

  /// Places spread evenly over an axis.
  private static func places(_ extent: Int) -> [Int] {
    guard extent > samplesPerAxis else { return Array(0..<extent) }
    return (0..<samplesPerAxis).map { (2 * $0 + 1) * extent / (2 * samplesPerAxis) }
  }
}
