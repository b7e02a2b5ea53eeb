import Foundation

/// Interpolation along any axes (ONNX Resize and Upsample). Linear in its input: each output element is a weighted sum
/// of input elements, axis by axis, so one table of taps an axis serves forward, backward and prediction.
public struct Resize: Hashable, Sendable {
  /// What stands between elements.
  public enum Mode: String, Hashable, Sendable {
    case nearest, linear, cubic
  }

  /// How outputs are placed over inputs.
  public enum Coordinates: String, Hashable, Sendable {
    case halfPixel, halfPixelSymmetric, pytorchHalfPixel, alignCorners, asymmetric, cropAndResize
  }

  /// Which neighbour is the nearest.
  public enum Rounding: String, Hashable, Sendable {
    case roundPreferFloor, roundPreferCeil, floor, ceil
  }

  /// What sizes mean where they would distort.
  public enum AspectPolicy: String, Hashable, Sendable {
    case stretch, notLarger, notSmaller
  }

  /// What stands between elements.
  public var mode: Mode
  /// How outputs are placed over inputs.
  public var coordinates: Coordinates
  /// Which neighbour is the nearest.
  public var rounding: Rounding
  /// The cubic kernel's free parameter (Keys 1981); −0.75 by default, −0.5 as in PIL.
  public var cubicCoefficient: Float
  /// Taps outside the input get weight zero and the rest is renormalised.
  public var excludesOutside: Bool
  /// Whether a smaller result is smoothed.
  public var antialiases: Bool
  /// Beyond the border, where coordinates lead there.
  public var extrapolationValue: Float
  /// What sizes mean where they would distort.
  public var aspectPolicy: AspectPolicy
  /// The axes that `scales`, `sizes` and `regions` talk about; `nil`: all of them.
  public var axes: [Int]?
  /// Output ÷ input extent an axis. Where neither this nor `sizes` is set, both are read from the inputs
  /// (x, region, scales, sizes).
  public var scales: [Float]?
  /// Of the result; `nil`: by scales, or of an input.
  public var sizes: [Int]?
  /// Normalised starts, then ends, for `.cropAndResize`.
  public var region: [Float]?

  /// With the properties of the same names.
  public init(
    mode: Mode, coordinates: Coordinates = .halfPixel, rounding: Rounding = .roundPreferFloor,
    cubicCoefficient: Float = -0.75, excludesOutside: Bool = false, antialiases: Bool = false,
    extrapolationValue: Float = 0, aspectPolicy: AspectPolicy = .stretch, axes: [Int]? = nil, scales: [Float]? = nil,
    sizes: [Int]? = nil, region: [Float]? = nil
  ) {
    self.mode = mode
    self.coordinates = coordinates
    self.rounding = rounding
    self.cubicCoefficient = cubicCoefficient
    self.excludesOutside = excludesOutside
    self.antialiases = antialiases
    self.extrapolationValue = extrapolationValue
    self.aspectPolicy = aspectPolicy
    self.axes = axes
    self.scales = scales
    self.sizes = sizes
    self.region = region
  }
}
