import GinghamTensors
import GinghamNetworks

/// How a net's authors turned photographs into inputs.
public struct PictureConvention: Hashable, Sendable {
  /// Side of the square input in pixels.
  public var side: Int
  /// The shorter side of the photograph before its centre is cut out; `nil`: the photograph is stretched to the input.
  public var shorterSide: Int?
  /// Between pixels, when a picture is resized.
  public var interpolation: Preprocessing.Interpolation
  /// Means and deviations of channels in 0…1.
  public var normalization: PixelNormalization

  /// With the properties of the same names.
  public init(
    side: Int, shorterSide: Int?, interpolation: Preprocessing.Interpolation = .bilinear,
    normalization: PixelNormalization
  ) {
    self.side = side
    self.shorterSide = shorterSide
    self.interpolation = interpolation
    self.normalization = normalization
  }

  /// 224 of 256 pixels, mean and deviation of ImageNet.
  public static let torchvision = PictureConvention(side: 224, shorterSide: 256, normalization: .imageNet)

  /// What most of timm's nets take: a square cut out of a picture reduced by cubic interpolation.
  static func bicubic(_ side: Int, of shorterSide: Int, _ normalization: PixelNormalization) -> PictureConvention {
    PictureConvention(side: side, shorterSide: shorterSide, interpolation: .bicubic, normalization: normalization)
  }

  /// For another input size the shorter side keeps its proportion to the input.
  public func preprocessing(for size: PictureSize) -> Preprocessing {
    let fit: Preprocessing.Fit
    if let shorterSide {
      fit = .shorterSide((min(size.height, size.width) * shorterSide + side / 2) / side)
    } else {
      fit = .stretch
    }
    return Preprocessing(height: size.height, width: size.width, fit: fit, interpolation: interpolation)
  }
}

extension PixelNormalization {
  /// Mean and deviation of ImageNet's training set as torchvision has them.
  public static let imageNet = PixelNormalization(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
  /// 0…1 to −1…1.
  public static let symmetric = PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])
  /// Caffe's: blue first, 0…255 minus ImageNet's mean.
  public static let caffe = PixelNormalization(
    source: [2, 1, 0], scale: [255, 255, 255], shift: [-104.006, -116.669, -122.679])
}
