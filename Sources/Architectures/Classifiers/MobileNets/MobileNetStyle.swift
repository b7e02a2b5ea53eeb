import GinghamNetworks
import GinghamTensors

/// What the blocks of a net of inverted residuals have in common.
struct MobileNetStyle: Sendable {
  let names: MobileNetNames
  var activation = Pointwise.silu
  var squeezeActivation = Pointwise.silu
  var gate = Pointwise.sigmoid
  var epsilon: Float = 1e-5
  /// Whether padding is TensorFlow's, which puts the odd pixel behind.
  var padsAsTensorFlow = false

  func window(_ kernel: Int, stride: Int) -> Window {
    padsAsTensorFlow
      ? Window(kernel: [kernel, kernel], strides: [stride, stride], padding: .sameUpper)
      : Window(kernel, stride: stride, padding: kernel / 2)
  }
}

/// A net of inverted residuals as a row of a table.
struct MobileNet: Sendable {
  let name: String
  let summary: String
  let style: MobileNetStyle
  let stem: Int
  let stages: [[InvertedResidual]]
  /// Channels of the last convolution.
  let last: Int
  /// Channels between the pool and the classes, and whether a 1×1 convolution makes them.
  var hidden: (channels: Int, convolves: Bool)?
  let picture: PictureConvention
  var isVariant = false

  var architecture: Architecture {
    let row = self
    return Architecture(
      name, summary, options: [.classes], picture: picture, isVariant: isVariant,
      witnesses: ["classes": .head(style.names.classifier)]
    ) { net, settings in net.mobileNet(row, settings) }
  }
}

extension NetworkBuilder {
  fileprivate mutating func mobileNet(_ row: MobileNet, _ settings: ArchitectureSettings) -> Feature {
    let (style, names) = (row.style, row.style.names)
    var x = picture(settings)
    x = unit(
      names.stem, x, row.stem, style.window(3, stride: 2), activation: style.activation, epsilon: style.epsilon)
    var index = 0
    for (stage, blocks) in row.stages.enumerated() {
      for (place, block) in blocks.enumerated() {
        x = invertedResidual(names.block(stage, place, index), x, block, style)
        index += 1
      }
    }
    x = unit(
      names.last(row.stages.count, index), x, row.last, style.window(1, stride: 1), activation: style.activation,
      epsilon: style.epsilon)
    x = pooled(row, x)
    x = dropout(names.dropout, x)
    return linear(names.classifier, x, settings["classes"])
  }

  /// N×C×H×W to the N×C features that the classes are scored from.
  private mutating func pooled(_ row: MobileNet, _ x: Feature) -> Feature {
    let names = row.style.names
    guard let flattening = names.flatten else { return globalMean(names.pool, x) }
    var y = globalAveragePool(names.pool, x)
    if let hidden = row.hidden, hidden.convolves {
      y = convolution(names.hidden.layer, y, hidden.channels, kernel: 1, bias: true)
      y = pointwise(names.hidden.activation, y, row.style.activation)
    }
    y = flatten(flattening, y)
    guard let hidden = row.hidden, !hidden.convolves else { return y }
    y = linear(names.hidden.layer, y, hidden.channels)
    return pointwise(names.hidden.activation, y, row.style.activation)
  }
}

/// Channels as the MobileNet family rounds them: to a multiple of 8 that is no more than a tenth smaller.
func roundedChannels(_ channels: Double) -> Int {
  let rounded = max(8, Int(channels + 4) / 8 * 8)
  return Double(rounded) < 0.9 * channels ? rounded + 8 : rounded
}
