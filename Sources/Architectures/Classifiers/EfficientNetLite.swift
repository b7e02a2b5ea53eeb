import GinghamNetworks

extension Architecture {
  /// EfficientNet-Lite0: B0 without excitation, ReLU6 for SiLU, stem and head of fixed width, and TensorFlow's padding,
  /// which puts the odd pixel behind. Parameters are named as in the checkpoints of the PyTorch port of EfficientNet.
  static let efficientnetLite0 = Architecture(
    "efficientnet_lite0", "EfficientNet-Lite0 with TensorFlow's SAME padding", options: [.classes],
    picture: PictureConvention(
      side: 224, shorterSide: 256, interpolation: .bicubic, normalization: .tensorFlowLite),
    witnesses: ["classes": .head("_fc")]
  ) { net, settings in
    var x = net.picture(settings)
    x = net.normalizedConvolution("_conv_stem", "_bn0", x, 32, kernel: 3, stride: 2)
    x = net.relu6("_relu", x)
    var index = 0
    for stage in EfficientNetStage.b0 {
      for block in 0..<stage.repeats {
        x = net.liteResidual("_blocks.\(index)", x, stage, stride: block == 0 ? stage.stride : 1)
        index += 1
      }
    }
    x = net.normalizedConvolution("_conv_head", "_bn1", x, 1280, kernel: 1)
    x = net.relu6("_relu_1", x)
    x = net.globalAveragePool("_avg_pooling", x)
    x = net.flatten("flatten", x)
    x = net.dropout("_dropout", x)
    return net.linear("_fc", x, settings["classes"])
  }
}

extension PixelNormalization {
  /// (x − 127)/128 of 0…255.
  static let tensorFlowLite = PixelNormalization(
    mean: [127.0 / 255, 127.0 / 255, 127.0 / 255], deviation: [128.0 / 255, 128.0 / 255, 128.0 / 255])
}

extension NetworkBuilder {
  fileprivate mutating func normalizedConvolution(
    _ name: String, _ normalization: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1
  ) -> Feature {
    let window = Window(kernel: [kernel, kernel], strides: [stride, stride], padding: .sameUpper)
    let y = convolution(name, x, channels, window, groups: groups)
    return batchNormalization(normalization, y, epsilon: 1e-3)
  }

  fileprivate mutating func liteResidual(
    _ name: String, _ x: Feature, _ stage: EfficientNetStage, stride: Int
  ) -> Feature {
    var y = x
    if stage.expansion != 1 {
      y = normalizedConvolution(
        "\(name)._expand_conv", "\(name)._bn0", y, x.channels * stage.expansion, kernel: 1)
      y = relu6("\(name)._relu", y)
    }
    y = normalizedConvolution(
      "\(name)._depthwise_conv", "\(name)._bn1", y, y.channels, kernel: stage.kernel, stride: stride,
      groups: y.channels)
    y = relu6(stage.expansion == 1 ? "\(name)._relu" : "\(name)._relu_1", y)
    y = normalizedConvolution("\(name)._project_conv", "\(name)._bn2", y, stage.channels, kernel: 1)
    return stride == 1 && x.channels == stage.channels ? add("\(name).add", y, x) : y
  }
}
