import GinghamNetworks

extension Architecture {
  /// MobileNetV2 (Sandler et al. 2018).
  static let mobilenetV2 = Architecture(
    "mobilenet_v2", "MobileNetV2", options: [.classes], witnesses: ["classes": .head("classifier.1")]
  ) { net, settings in
    var x = net.picture(settings)
    x = net.clippedConvolution("features.0", x, 32, kernel: 3, stride: 2)
    var index = 1
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]
    for (expansion, channels, repeats, stride) in stages {
      for block in 0..<repeats {
        x = net.invertedResidual(
          "features.\(index)", x, channels, expansion: expansion, stride: block == 0 ? stride : 1)
        index += 1
      }
    }
    x = net.clippedConvolution("features.\(index)", x, 1280, kernel: 1)
    x = net.globalAveragePool("adaptive_avg_pool2d", x)
    x = net.flatten("flatten", x)
    x = net.dropout("classifier.0", x)
    return net.linear("classifier.1", x, settings["classes"])
  }
}

extension NetworkBuilder {
  /// Convolution, batch normalization and ReLU6 in a sequence of three.
  fileprivate mutating func clippedConvolution(
    _ name: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) -> Feature {
    var y = convolution(
      "\(name).0", x, channels, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups)
    y = batchNormalization("\(name).1", y)
    return relu6("\(name).2", y)
  }

  fileprivate mutating func invertedResidual(
    _ name: String, _ x: Feature, _ channels: Int, expansion: Int, stride: Int
  ) -> Feature {
    var y = x
    var index = 0
    if expansion != 1 {
      y = clippedConvolution("\(name).conv.0", y, x.channels * expansion, kernel: 1)
      index = 1
    }
    y = clippedConvolution(
      "\(name).conv.\(index)", y, y.channels, kernel: 3, stride: stride, groups: y.channels)
    y = convolution("\(name).conv.\(index + 1)", y, channels, kernel: 1)
    y = batchNormalization("\(name).conv.\(index + 2)", y)
    return stride == 1 && x.channels == channels ? add("\(name).add", x, y) : y
  }
}
