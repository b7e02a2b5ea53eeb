import GinghamSignals
import GinghamTensors

/// A Laplacian pyramid (Burt & Adelson 1983) with the binomial filter 1 4 6 4 1, in which every level of each picture is
/// divided by its root mean square, and the sum of what came out (Mordvintsev, Olah & Tyka 2015).
public struct LaplacianNormalization: ConditioningPart {
  /// What settings, manifests and findings call it.
  public static let name = "laplacian"
  /// In a line of the help text.
  public static let summary = "every band of a Laplacian pyramid brought to the same strength"

  private static let levels = 4
  private static let epsilon: Float = 1e-10

  /// With every setting at its default.
  public init() {}
  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }

  /// The gradient N×C×H×W, made ready for the optimizer.
  public func conditioned(_ maps: Tensor) -> Tensor {
    var residual = maps
    var bands: [Tensor] = []
    for _ in 0..<Self.levels {
      let size = residual.pictureSize
      guard min(size.height, size.width) >= 2 else { break }
      let coarse = reduced(residual)
      var band = residual
      band.add(expanded(coarse, to: size), times: -1)
      bands.append(band)
      residual = coarse
    }
    var sum = normalized(residual)
    for band in bands.reversed() {
      var next = normalized(band)
      next.add(expanded(sum, to: band.pictureSize))
      sum = next
    }
    return sum
  }

  private static let taps = FilterTaps.binomial(5)

  /// Blurred, and every second pixel from the first.
  private func reduced(_ maps: Tensor) -> Tensor {
    let blurred = maps.filtered(taps: Self.taps, border: .zero)
    let size = maps.pictureSize
    let target = PictureSize(height: (size.height + 1) / 2, width: (size.width + 1) / 2)
    return blurred.withUnsafeBufferPointer { source in
      Tensor(maps.shape(with: target)) { result in
        for index in result.indices {
          let (row, x) = (index / target.width, index % target.width)
          let (map, y) = (row / target.height, row % target.height)
          result[index] = source[(map * size.height + 2 * y) * size.width + 2 * x]
        }
      }
    }
  }

  /// Zeros between the pixels, blurred, times four.
  private func expanded(_ maps: Tensor, to size: PictureSize) -> Tensor {
    let coarse = maps.pictureSize
    let spread = maps.withUnsafeBufferPointer { source in
      Tensor(maps.shape(with: size)) { result in
        result.update(repeating: 0)
        for index in source.indices {
          let (row, x) = (index / coarse.width, index % coarse.width)
          let (map, y) = (row / coarse.height, row % coarse.height)
          result[(map * size.height + 2 * y) * size.width + 2 * x] = 4 * source[index]
        }
      }
    }
    return spread.filtered(taps: Self.taps, border: .zero)
  }

  private func normalized(_ batch: Tensor) -> Tensor {
    let pictures = max(batch.shape[0], 1)
    let count = batch.count / pictures
    return batch.withUnsafeBufferPointer { source in
      Tensor(batch.shape) { target in
        for picture in 0..<pictures {
          let range = (picture * count)..<((picture + 1) * count)
          let squares = source[range].reduce(0.0) { $0 + Double($1) * Double($1) }
          let factor = 1 / max(Float((squares / Double(max(count, 1))).squareRoot()), Self.epsilon)
          for index in range { target[index] = source[index] * factor }
        }
      }
    }
  }
}

extension GradientConditioning {
  /// Every band of a Laplacian pyramid scaled to the same strength (Mordvintsev, Olah & Tyka 2015).
  public static let laplacian = Self(LaplacianNormalization())
}
