import GinghamDifferentiation
import GinghamTensors

/// Values of an objective and the gradient at what the network is shown.
protocol GradientSource {
  /// - Parameters:
  ///   - starts: the pictures that the climb began from, moved as the inputs are; `nil`: as the inputs.
  ///   - step: decides where tiles lie.
  /// - Returns: one value an input of N×C×H×W, and the gradient of their sum.
  func valuesAndGradient(_ inputs: Tensor, beside starts: Tensor?, step: Int) throws -> (
    values: [Float], gradient: Tensor
  )
}

/// The network sees each input whole.
struct WholePass: GradientSource {
  let pass: ObjectivePass

  func valuesAndGradient(_ inputs: Tensor, beside starts: Tensor?, step: Int) throws -> (
    values: [Float], gradient: Tensor
  ) {
    let (values, gradients) = try pass.valuesAndGradients(inputs)
    return (values, gradients[0])
  }
}

/// The network sees tiles of a picture that is too large for it, one after the other; the picture is rolled to another
/// place each step, so that no seam stays. Memory is that of one tile.
///
/// The value is the mean over the tiles. Where tiles overlap, the gradient is the mean of theirs.
struct TiledPass: GradientSource {
  let pass: ObjectivePass
  let tile: PictureSize
  let seed: UInt64

  func valuesAndGradient(_ inputs: Tensor, beside starts: Tensor?, step: Int) throws -> (
    values: [Float], gradient: Tensor
  ) {
    let size = inputs.pictureSize
    let (rows, columns) = (Self.starts(size.height, tile.height), Self.starts(size.width, tile.width))
    var generator = SeededGenerator(seed: seed, name: "tiles", step)
    let offset = (generator.integer(in: 0...(size.height - 1)), generator.integer(in: 0...(size.width - 1)))
    let rolled = inputs.rolled(by: offset)
    var values = [Float](repeating: 0, count: inputs.shape[0])
    var gradient = Tensor(inputs.shape)
    for picture in 0..<inputs.shape[0] {
      let whole = rolled.sample(picture)
      for top in rows {
        for left in columns {
          let window = WindowMap(inputSize: size, outputSize: tile, top: top, left: left)
          let (value, slopes) = try pass.valuesAndGradients(window(whole))
          values[picture] += value[0] / Float(rows.count * columns.count)
          add(slopes[0], at: (picture, top, left), to: &gradient)
        }
      }
    }
    divide(
      &gradient, by: (Self.coverage(rows, tile.height, size.height), Self.coverage(columns, tile.width, size.width)))
    return (values, gradient.rolled(by: (-offset.0, -offset.1)))
  }

  /// Where tiles begin so that they cover an axis evenly.
  static func starts(_ extent: Int, _ tile: Int) -> [Int] {
    let count = (extent + tile - 1) / tile
    guard count > 1 else { return [0] }
    return (0..<count).map { $0 * (extent - tile) / (count - 1) }
  }

  private static func coverage(_ starts: [Int], _ tile: Int, _ extent: Int) -> [Float] {
    var counts = [Float](repeating: 0, count: extent)
    for start in starts { for index in start..<(start + tile) { counts[index] += 1 } }
    return counts
  }

  private func add(_ slopes: Tensor, at place: (picture: Int, top: Int, left: Int), to gradient: inout Tensor) {
    let (size, channels) = (gradient.pictureSize, gradient.shape[1])
    slopes.withUnsafeBufferPointer { source in
      gradient.withUnsafeMutableBufferPointer { target in
        for row in 0..<(channels * tile.height) {
          let (channel, y) = (row / tile.height, row % tile.height)
          let start = ((place.picture * channels + channel) * size.height + place.top + y) * size.width + place.left
          for x in 0..<tile.width { target[start + x] += source[row * tile.width + x] }
        }
      }
    }
  }

  private func divide(_ gradient: inout Tensor, by counts: (rows: [Float], columns: [Float])) {
    let size = gradient.pictureSize
    gradient.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices {
        buffer[index] /= counts.rows[index / size.width % size.height] * counts.columns[index % size.width]
      }
    }
  }
}
