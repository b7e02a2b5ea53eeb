import GinghamNetworks

extension Architecture {
  /// EfficientNet-B0 (Tan & Le 2019) in torchvision's form: padding on both sides, squeeze and excitation.
  static let efficientnetB0 = Architecture(
    "efficientnet_b0", "EfficientNet-B0", options: [.classes],
    picture: PictureConvention(side: 224, shorterSide: 256, interpolation: .bicubic, normalization: .imageNet),
    witnesses: ["classes": .head("classifier.1")]
  ) { net, settings in
    var x = net.picture(settings)
    x = net.activatedConvolution("features.0", x, 32, kernel: 3, stride: 2)
    for (index, stage) in EfficientNetStage.b0.enumerated() {
      for block in 0..<stage.repeats {
        x = net.excitedResidual("features.\(index + 1).\(block)", x, stage, stride: block == 0 ? stage.stride : 1)
      }
    }
    x = net.activatedConvolution("features.8", x, 1280, kernel: 1)
    x = net.globalAveragePool("avgpool", x)
    x = net.flatten("flatten", x)
    x = net.dropout("classifier.0", x)
    return net.linear("classifier.1", x, settings["classes"])
  }
}

/// Inverted residual blocks of equal width.
struct EfficientNetStage: Sendable {
  let repeats: Int
  let kernel: Int
  let stride: Int
  let expansion: Int
  let channels: Int

  /// The stages of EfficientNet-B0, which Lite0 shares (Tan & Le 2019, table 1).
  static let b0 = [
    EfficientNetStage(repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16),
    EfficientNetStage(repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24),
    EfficientNetStage(repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40),
    EfficientNetStage(repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80),
    EfficientNetStage(repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112),
    EfficientNetStage(repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192),
    EfficientNetStage(repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320),
  ]
}

extension NetworkBuilder {
  /// Convolution, batch normalization and SiLU in a sequence of three.
  fileprivate mutating func activatedConvolution(
    _ name: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) -> Feature {
    var y = convolution(
      "\(name).0", x, channels, kernel: kernel, stride: stride, padding: kernel / 2, groups: groups)
    y = batchNormalization("\(name).1", y)
    return pointwise("\(name).2", y, .silu)
  }

  fileprivate mutating func excitedResidual(
    _ name: String, _ x: Feature, _ stage: EfficientNetStage, stride: Int
  ) -> Feature {
    var y = x
    var index = 0
    if stage.expansion != 1 {
      y = activatedConvolution("\(name).block.0", y, x.channels * stage.expansion, kernel: 1)
      index = 1
    }
    y = activatedConvolution(
      "\(name).block.\(index)", y, y.channels, kernel: stage.kernel, stride: stride, groups: y.channels)
    y = excitation("\(name).block.\(index + 1)", y, squeezed: max(1, x.channels / 4))
    y = convolution("\(name).block.\(index + 2).0", y, stage.channels, kernel: 1)
    y = batchNormalization("\(name).block.\(index + 2).1", y)
    guard stride == 1, x.channels == stage.channels else { return y }
    // A whole branch is dropped in training only.
    y = identity("\(name).stochastic_depth.stochastic_depth", y)
    return add("\(name).add", y, x)
  }

  /// Squeeze and excitation (Hu et al. 2018): each channel times a gate worked out from all channels' means.
  private mutating func excitation(_ name: String, _ x: Feature, squeezed: Int) -> Feature {
    var gate = globalAveragePool("\(name).avgpool", x)
    gate = convolution("\(name).fc1", gate, squeezed, kernel: 1, bias: true)
    gate = pointwise("\(name).activation", gate, .silu)
    gate = convolution("\(name).fc2", gate, x.channels, kernel: 1, bias: true)
    gate = pointwise("\(name).scale_activation", gate, .sigmoid)
    return multiply("\(name).mul", x, gate)
  }
}
