import GinghamSignals
import GinghamTensors

/// A gradient as a picture: signed values from blue over white to red, magnitudes from dark to bright.
///
/// The scale ends at a high percentile, so that a few extreme pixels do not turn all others pale. Zero keeps the neutral
/// colour whatever the scale.
public struct HeatMap: Sendable {
  /// H×W.
  public let values: Tensor
  /// Whether values below zero mean something.
  public let isSigned: Bool
  /// The magnitude at which the colours end; zero where all values are.
  public private(set) var limit: Float

  /// - Parameters:
  ///   - gradient: C×H×W or 1×C×H×W.
  ///   - percentile: share of the pixels, in percent, whose magnitude stays within the scale.
  /// - Throws: ``ImageError/nonFinite(what:count:total:)`` where a value is NaN or infinite,
  ///   ``ImageError/undrawable(_:)`` for another shape or a percentile outside 0…100.
  public init(
    of gradient: Tensor, reducing reduction: ChannelReduction = .strongest, percentile: Double = 99
  ) throws {
    try gradient.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the gradient") }
    let reduced = try reduction(gradient)
    try reduced.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the gradient, channels joined,") }
    guard (0...100).contains(percentile) else {
      throw ImageError.undrawable("a percentile lies in 0…100, not at \(percentile)")
    }
    values = reduced
    isSigned = reduction.isSigned
    let magnitudes = reduced.scalars.map { abs($0) }
    let clipped = magnitudes.percentile(percentile)
    // Where nearly all values are zero the percentile is too: then the largest one sets the scale.
    limit = clipped > 0 ? clipped : magnitudes.max() ?? 0
  }

  /// The same on another's scale, for maps that are compared.
  public func onScale(of other: HeatMap) -> HeatMap {
    var map = self
    map.limit = other.limit
    return map
  }

  /// Diverging for signed values, sequential for magnitudes.
  public var colourMap: ColourMap { isSigned ? .diverging : .sequential }

  /// The colours, 3×H×W.
  public var picture: Picture {
    colours(of: values) { colour, _, _ in colour }
  }

  /// The colours over the photograph's lightness, as opaque as the values are strong; of the photograph's size.
  ///
  /// - Parameter opacity: of the strongest values, in 0…1.
  public func overlay(on photograph: Picture, opacity: Float = 0.85) -> Picture {
    let grey = photograph.overWhite.grey.pixels.clippedToUnit
    let scaled =
      values.shape == [photograph.height, photograph.width]
      ? values : values.resized(height: photograph.height, width: photograph.width)
    return grey.withUnsafeBufferPointer { grey in
      colours(of: scaled) { colour, strength, pixel in
        let weight = Double(opacity * strength)
        return colour * weight + SIMD3(repeating: Double(grey[pixel])) * (1 - weight)
      }
    }
  }

  private func colours(
    of values: Tensor, _ blend: (_ colour: SIMD3<Double>, _ strength: Float, _ pixel: Int) -> SIMD3<Double>
  ) -> Picture {
    let area = values.count
    let map = colourMap
    return values.withUnsafeBufferPointer { source in
      Picture(
        unchecked: Tensor([3, values.shape[0], values.shape[1]]) { target in
          for pixel in 0..<area {
            let relative = limit > 0 ? min(max(source[pixel] / limit, -1), 1) : 0
            let position = isSigned ? 0.5 + Double(relative) / 2 : Double(relative)
            let colour = blend(map.colour(at: position), abs(relative), pixel)
            target[pixel] = Float(colour.x)
            target[area + pixel] = Float(colour.y)
            target[2 * area + pixel] = Float(colour.z)
          }
        })
    }
  }
}
