import GinghamNetworks
import GinghamTensors

/// A network's own units of a picture. Mean and deviation are part of the graph here; other tools apply methods to
/// the tensor behind them. Zero and one of that tensor, seen from the pixels, make methods give the same numbers.
struct NormalizedUnits {
  /// The pixel value, a channel, that normalization maps to zero; 0 where the network has none.
  let zero: [Float]
  /// The pixel difference, a channel, that normalization maps to one; 1 where the network has none.
  let unit: [Float]

  init(_ network: Network, channels: Int) {
    var zero = [Float](repeating: 0, count: channels)
    var unit = [Float](repeating: 1, count: channels)
    if let normalization = network.normalization {
      for (index, source) in normalization.source.enumerated() where source < channels {
        zero[source] = -normalization.shift[index] / normalization.scale[index]
        unit[source] = abs(1 / normalization.scale[index])
      }
    }
    self.zero = zero
    self.unit = unit
  }

  /// The picture that normalization maps to zero everywhere.
  func baseline(_ shape: Shape) -> Tensor {
    Tensor(shape) { buffer in
      let plane = shape[2] * shape[3]
      for index in 0..<(shape[0] * shape[1]) {
        buffer[(index * plane)..<((index + 1) * plane)].update(repeating: zero[index % shape[1]])
      }
    }
  }
}
