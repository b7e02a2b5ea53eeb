import GinghamTensors

/// Something unwanted about a picture. It is always subtracted: weights are positive, whatever the objective.
///
/// Values are taken a pixel (sums over H×W and channels divided by H·W), so that a weight means the same at every size.
public protocol PicturePenalty: Sendable {
  /// One value a picture of N×C×H×W, times the weight; what it says about the gradient is subtracted from `gradient`.
  ///
  /// - Throws: ``VisualizationError`` where pictures are too small for it.
  func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) throws -> [Float]

  /// The same for pictures of one size only, with what depends on the size worked out beforehand.
  func planned(for size: PictureSize) throws -> any PicturePenalty
}

extension PicturePenalty {
  /// What is the same in every step, made once.
  public func planned(for size: PictureSize) -> any PicturePenalty { self }
}

/// Pictures and gradients side by side, plane by plane.
struct PenaltyLoop {
  let pictures: Int
  let channels: Int
  let size: PictureSize

  init(_ shape: Shape) {
    pictures = shape[0]
    channels = shape[1]
    size = PictureSize(height: shape[2], width: shape[3])
  }

  /// Calls `body` with each plane of pictures and gradient and sums what it returns by picture.
  func sum(
    _ batch: Tensor, _ gradient: inout Tensor,
    _ body: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Double
  ) -> [Double] {
    let area = size.area
    var sums = [Double](repeating: 0, count: pictures)
    batch.withUnsafeBufferPointer { source in
      gradient.withUnsafeMutableBufferPointer { target in
        for plane in 0..<(pictures * channels) {
          let range = (plane * area)..<((plane + 1) * area)
          sums[plane / channels] += body(
            UnsafeBufferPointer(rebasing: source[range]), UnsafeMutableBufferPointer(rebasing: target[range]))
        }
      }
    }
    return sums
  }
}
