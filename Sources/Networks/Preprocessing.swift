/// How a photograph becomes a network's input. Mean and deviation are not here: they are part of the graph
/// (``PixelNormalization``), so that gradients reach the pixels of the picture.
public struct Preprocessing: Hashable, Sendable {
  /// Between pixels, when a picture is resized.
  public enum Interpolation: String, Hashable, Sendable {
    case nearest, bilinear, bicubic
  }

  /// How a picture of other proportions fits.
  public enum Fit: Hashable, Sendable {
    /// The shorter side becomes this long, then the centre is cut out.
    case shorterSide(Int)
    /// Both sides are stretched to the input size.
    case stretch
  }

  /// Height and width the network sees, in pixels.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// How a picture of other proportions fits.
  public var fit: Fit
  /// Between pixels.
  public var interpolation: Interpolation

  /// With the properties of the same names.
  public init(height: Int, width: Int, fit: Fit, interpolation: Interpolation = .bilinear) {
    self.height = height
    self.width = width
    self.fit = fit
    self.interpolation = interpolation
  }
}
