import GinghamNetworks

extension Architecture {
  /// GoogLeNet (Szegedy et al. 2015) in torchvision's form: batch normalization, and 3×3 where the paper has 5×5.
  ///
  /// torchvision's published weights expect pixels in −1…1: give `transform_input=1` with them.
  static let googlenet = Architecture(
    "googlenet", "GoogLeNet (Inception v1) with batch normalization; published weights need transform_input=1",
    options: [.classes, .transformInput], ignoredPrefixes: ["aux1.", "aux2."], witnesses: ["classes": .head("fc")]
  ) { net, settings in
    var x = net.picture(settings.transformingInput)
    x = net.normalizedConvolution("conv1", x, 64, Window(7, stride: 2, padding: 3))
    x = net.maxPool("maxpool1", x, kernel: 3, stride: 2, ceilMode: true)
    x = net.normalizedConvolution("conv2", x, 64, Window(1))
    x = net.normalizedConvolution("conv3", x, 192, Window(3, padding: 1))
    x = net.maxPool("maxpool2", x, kernel: 3, stride: 2, ceilMode: true)
    x = net.inception("inception3a", x, [64, 96, 128, 16, 32, 32])
    x = net.inception("inception3b", x, [128, 128, 192, 32, 96, 64])
    x = net.maxPool("maxpool3", x, kernel: 3, stride: 2, ceilMode: true)
    x = net.inception("inception4a", x, [192, 96, 208, 16, 48, 64])
    x = net.inception("inception4b", x, [160, 112, 224, 24, 64, 64])
    x = net.inception("inception4c", x, [128, 128, 256, 24, 64, 64])
    x = net.inception("inception4d", x, [112, 144, 288, 32, 64, 64])
    x = net.inception("inception4e", x, [256, 160, 320, 32, 128, 128])
    x = net.maxPool("maxpool4", x, kernel: 2, stride: 2, ceilMode: true)
    x = net.inception("inception5a", x, [256, 160, 320, 32, 128, 128])
    x = net.inception("inception5b", x, [384, 192, 384, 48, 128, 128])
    x = net.globalAveragePool("avgpool", x)
    x = net.flatten("flatten", x)
    x = net.dropout("dropout", x)
    return net.linear("fc", x, settings["classes"])
  }
}

extension Architecture.Option {
  /// The renormalization torchvision applies to nets that were trained with TensorFlow.
  static let transformInput = Architecture.Option(
    "transform_input", 0, in: 0...1, "1: pixels in −1…1, as published weights expect")
}

extension ArchitectureSettings {
  /// The settings with the normalization that `transform_input` asks for.
  var transformingInput: ArchitectureSettings {
    isSet("transform_input") ? replacingStandardNormalization(with: .symmetric) : self
  }
}

extension NetworkBuilder {
  /// torchvision's `BasicConv2d` of the Inception family.
  mutating func normalizedConvolution(_ name: String, _ x: Feature, _ channels: Int, _ window: Window) -> Feature {
    var y = convolution("\(name).conv", x, channels, window)
    y = batchNormalization("\(name).bn", y, epsilon: 1e-3)
    return relu("\(name).relu", y)
  }

  /// - Parameter widths: 1×1, reduction and 3×3 of the second branch, then of the third, and the pooled projection.
  fileprivate mutating func inception(_ name: String, _ x: Feature, _ widths: [Int]) -> Feature {
    let first = normalizedConvolution("\(name).branch1", x, widths[0], Window(1))
    var second = normalizedConvolution("\(name).branch2.0", x, widths[1], Window(1))
    second = normalizedConvolution("\(name).branch2.1", second, widths[2], Window(3, padding: 1))
    var third = normalizedConvolution("\(name).branch3.0", x, widths[3], Window(1))
    third = normalizedConvolution("\(name).branch3.1", third, widths[4], Window(3, padding: 1))
    var fourth = maxPool("\(name).branch4.0", x, kernel: 3, stride: 1, padding: 1, ceilMode: true)
    fourth = normalizedConvolution("\(name).branch4.1", fourth, widths[5], Window(1))
    return concatenate("\(name).cat", [first, second, third, fourth])
  }
}
