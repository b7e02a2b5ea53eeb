import GinghamAdversarialProbing
import GinghamImaging
import GinghamTensors

extension PixelMask {
  /// The pixels where a `.npy` map H×W, or a picture, is not zero.
  ///
  /// - Throws: ``FormatError``, ``ImageError``, ``ProbingError/badArgument(_:)``.
  public init(path: String) throws {
    if path.lowercased().hasSuffix(".npy") {
      try self.init(Tensor(npy: path))
    } else {
      let grey = try Picture(contentsOf: path).grey.pixels
      try self.init(grey.reshaped(to: Shape(grey.shape.spatialOfPicture)))
    }
  }
}

extension Shape {
  /// `[H, W]` of `[1, H, W]`.
  fileprivate var spatialOfPicture: [Int] { Array(dimensions.suffix(2)) }
}
