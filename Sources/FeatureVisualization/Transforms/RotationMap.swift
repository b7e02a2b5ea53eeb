import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The picture turned about its middle, bilinearly, with a constant beyond its edges.
struct RotationMap: PictureMap {
  let inputSize: PictureSize
  /// Counter-clockwise as seen on a screen.
  let degrees: Double
  var fill: Float = 0.5

  var outputSize: PictureSize { inputSize }

  func callAsFunction(_ picture: Tensor) -> Tensor {
    let area = inputSize.area
    let maps = picture.count / max(area, 1)
    let fill = fill
    return picture.withUnsafeBufferPointer { source in
      Tensor(picture.shape) { target in
        forEachPixel { pixel, corner, fx, fy, isInside in
          let width = inputSize.width
          if isInside {
            for map in 0..<maps {
              let start = map * area + corner
              let upper = source[start] + fx * (source[start + 1] - source[start])
              let lower = source[start + width] + fx * (source[start + width + 1] - source[start + width])
              target[map * area + pixel] = upper + fy * (lower - upper)
            }
          } else {
            forEachTap(corner, fx, fy) { _, _ in
            } missing: { share in
              for map in 0..<maps { target[map * area + pixel] = share * fill }
            }
            forEachTap(corner, fx, fy) { index, weight in
              for map in 0..<maps { target[map * area + pixel] += weight * source[map * area + index] }
            } missing: { _ in
            }
          }
        }
      }
    }
  }

  func adjoint(_ gradient: Tensor) -> Tensor {
    let area = inputSize.area
    let maps = gradient.count / max(area, 1)
    return gradient.withUnsafeBufferPointer { source in
      Tensor(gradient.shape) { target in
        target.update(repeating: 0)
        forEachPixel { pixel, corner, fx, fy, isInside in
          let width = inputSize.width
          if isInside {
            for map in 0..<maps {
              let value = source[map * area + pixel]
              let start = map * area + corner
              let (right, lower) = (value * fx, value * fy)
              let both = right * fy
              target[start] += value - right - lower + both
              target[start + 1] += right - both
              target[start + width] += lower - both
              target[start + width + 1] += both
            }
          } else {
            forEachTap(corner, fx, fy) { index, weight in
              for map in 0..<maps { target[map * area + index] += weight * source[map * area + pixel] }
            } missing: { _ in
            }
          }
        }
      }
    }
  }

  /// For each pixel of the result: where the upper left of its four sources lies, how far it is from there, and
  /// whether all four are pixels. Outside, the corner is packed with an offset so that it stays a plain number.
  @inline(__always)
  private func forEachPixel(
    _ body: (_ pixel: Int, _ corner: Int, _ fx: Float, _ fy: Float, _ isInside: Bool) -> Void
  ) {
    let (height, width) = (inputSize.height, inputSize.width)
    let angle = degrees * Double.pi / 180
    let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
    let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
    for y in 0..<height {
      let dy = Float(y) - middleY
      for x in 0..<width {
        let dx = Float(x) - middleX
        let sourceX = middleX + cosine * dx - sine * dy
        let sourceY = middleY + sine * dx + cosine * dy
        // Truncation of a positive number is its floor; a square turned about its middle stays within its diagonal.
        let shift = Float(height + width)
        let column = Int(sourceX + shift) - (height + width)
        let row = Int(sourceY + shift) - (height + width)
        let isInside = row >= 0 && column >= 0 && row < height - 1 && column < width - 1
        let corner = isInside ? row * width + column : packed(row, column)
        body(y * width + x, corner, sourceX - Float(column), sourceY - Float(row), isInside)
      }
    }
  }

  private var reach: Int { 2 * (inputSize.height + inputSize.width) }

  private func packed(_ row: Int, _ column: Int) -> Int { (row + reach) * 2 * reach + column + reach }

  /// The sources of a pixel near or beyond an edge; `missing` gets the weight of those that do not exist.
  private func forEachTap(
    _ corner: Int, _ fx: Float, _ fy: Float, _ body: (_ index: Int, _ weight: Float) -> Void,
    missing: (_ share: Float) -> Void
  ) {
    let (row, column) = (corner / (2 * reach) - reach, corner % (2 * reach) - reach)
    var absent: Float = 0
    for (dy, dx, weight) in [
      (0, 0, (1 - fy) * (1 - fx)), (0, 1, (1 - fy) * fx), (1, 0, fy * (1 - fx)), (1, 1, fy * fx),
    ] {
      let (y, x) = (row + dy, column + dx)
      if (0..<inputSize.height).contains(y), (0..<inputSize.width).contains(x) {
        body(y * inputSize.width + x, weight)
      } else {
        absent += weight
      }
    }
    missing(absent)
  }
}
