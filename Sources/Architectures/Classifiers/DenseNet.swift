import GinghamNetworks

extension Architecture {
  /// DenseNet-121 (Huang et al. 2017).
  static let densenet121 = Architecture(
    "densenet121", "DenseNet-121", options: [.classes], witnesses: ["classes": .head("classifier")]
  ) { net, settings in
    var x = net.picture(settings)
    x = net.convolution("features.conv0", x, 64, kernel: 7, stride: 2, padding: 3)
    x = net.batchNormalization("features.norm0", x)
    x = net.relu("features.relu0", x)
    x = net.maxPool("features.pool0", x, kernel: 3, stride: 2, padding: 1)
    for (index, layers) in [6, 12, 24, 16].enumerated() {
      x = net.denseBlock("features.denseblock\(index + 1)", x, layers: layers, growth: 32)
      if index < 3 { x = net.transition("features.transition\(index + 1)", x) }
    }
    x = net.batchNormalization("features.norm5", x)
    x = net.relu("relu", x)
    x = net.globalAveragePool("adaptive_avg_pool2d", x)
    x = net.flatten("flatten", x)
    return net.linear("classifier", x, settings["classes"])
  }
}

extension NetworkBuilder {
  fileprivate mutating func denseBlock(_ name: String, _ x: Feature, layers: Int, growth: Int) -> Feature {
    var features = [x]
    for index in 1...layers {
      let layer = "\(name).denselayer\(index)"
      var y = concatenate("\(layer).cat", features)
      y = batchNormalization("\(layer).norm1", y)
      y = relu("\(layer).relu1", y)
      y = convolution("\(layer).conv1", y, 4 * growth, kernel: 1)
      y = batchNormalization("\(layer).norm2", y)
      y = relu("\(layer).relu2", y)
      y = convolution("\(layer).conv2", y, growth, kernel: 3, padding: 1)
      features.append(y)
    }
    return concatenate("\(name).cat", features)
  }

  /// Halves channels and extents.
  fileprivate mutating func transition(_ name: String, _ x: Feature) -> Feature {
    var y = batchNormalization("\(name).norm", x)
    y = relu("\(name).relu", y)
    y = convolution("\(name).conv", y, x.channels / 2, kernel: 1)
    return averagePool("\(name).pool", y, kernel: 2, stride: 2)
  }
}
