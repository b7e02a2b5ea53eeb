import GinghamNetworks

extension Architecture {
  /// The generator of PyTorch's DCGAN example (Radford et al. 2016): 4×4 from a latent vector, then four transposed
  /// convolutions that each enlarge by `stride`. Samples come out of `main.13` in −1…1 and of `pixels` in 0…1.
  static let dcganGenerator = Architecture(
    "dcgan_generator", "DCGAN generator: transposed convolutions (4/2 as published)",
    options: [
      Option("kernel", 4, in: 1...16, "side of the kernels that enlarge"),
      Option("stride", 2, in: 1...8, "enlargement of each, at most the kernel"),
      .latent, .features, .channels,
    ],
    picture: nil,
    witnesses: [
      "kernel": Witness(parameter: "main.3.weight", axis: 2), "latent": Witness(parameter: "main.0.weight", axis: 0),
      "features": Witness(parameter: "main.9.weight", axis: 1),
      "channels": Witness(parameter: "main.12.weight", axis: 1),
    ]
  ) { net, settings in
    net.startAdversarial()
    let (kernel, stride, features) = (settings["kernel"], settings["stride"], settings["features"])
    var x = net.latent(channels: settings["latent"])
    x = net.transposedConvolution("main.0", x, 8 * features, kernel: 4, stride: 1, padding: 0)
    for (stage, channels) in [4 * features, 2 * features, features, settings["channels"]].enumerated() {
      let index = 3 * stage
      x = net.batchNormalization("main.\(index + 1)", x)
      x = net.relu("main.\(index + 2)", x)
      x = net.enlargingConvolution("main.\(index + 3)", x, channels, kernel: kernel, stride: stride)
    }
    return net.pixels(net.pointwise("main.13", x, .tanh))
  }

  /// The discriminator of PyTorch's DCGAN example, with kernel and stride of its four strided layers free.
  static let dcganDiscriminator = Architecture(
    "dcgan_discriminator", "DCGAN discriminator: four strided convolutions (4/2 as published)",
    options: [
      Option("kernel", 4, in: 1...16, "side of the strided kernels"),
      Option("stride", 2, in: 1...8, "stride of each"),
      .features, .channels,
    ],
    picture: PictureConvention(side: 64, shorterSide: nil, normalization: .symmetric),
    witnesses: [
      "kernel": Witness(parameter: "main.0.weight", axis: 2), "features": Witness(parameter: "main.0.weight", axis: 0),
      "channels": Witness(parameter: "main.0.weight", axis: 1),
    ]
  ) { net, settings in
    net.startAdversarial()
    let (kernel, stride, features) = (settings["kernel"], settings["stride"], settings["features"])
    var x = net.picture(settings, channels: settings["channels"], fixesSize: true)
    x = net.convolution("main.0", x, features, kernel: kernel, stride: stride, padding: (kernel - 1) / 2)
    x = net.pointwise("main.1", x, .leakyReLU(slope: 0.2))
    for (stage, channels) in [2 * features, 4 * features, 8 * features].enumerated() {
      let index = 2 + 3 * stage
      x = net.convolution("main.\(index)", x, channels, kernel: kernel, stride: stride, padding: (kernel - 1) / 2)
      x = net.batchNormalization("main.\(index + 1)", x)
      x = net.pointwise("main.\(index + 2)", x, .leakyReLU(slope: 0.2))
    }
    // The last kernel covers what is left: 4×4 as published.
    x = net.convolution("main.11", x, 1, Window(kernel: x.spatial ?? [4, 4]))
    return net.pointwise("main.12", x, .sigmoid)
  }
}

extension Architecture.Option {
  static let latent = Architecture.Option("latent", 100, in: 1...4096, "elements of the latent vector")
  static let features = Architecture.Option("features", 64, in: 1...1024, "channels next to the picture")
  static let channels = Architecture.Option("channels", 3, in: 1...64, "channels of the picture")
}

extension NetworkBuilder {
  /// A transposed convolution under which the extent grows by exactly the stride: twice the padding less the output
  /// padding is kernel − stride.
  mutating func enlargingConvolution(
    _ name: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int
  ) -> Feature {
    let excess = max(0, kernel - stride)
    let filling = kernel < stride ? stride - kernel : excess % 2
    return transposedConvolution(
      name, x, channels, kernel: kernel, stride: stride, padding: (excess + 1) / 2, outputPadding: filling)
  }

  /// Initializes convolutions with N(0, 0.02) and the scales of batch normalizations with N(1, 0.02) (Radford et al.
  /// 2016).
  mutating func startAdversarial() {
    convolutionInitialization = .normal(mean: 0, deviation: 0.02)
    scaleInitialization = .normal(mean: 1, deviation: 0.02)
  }

  /// Samples in −1…1 as pixels in 0…1.
  mutating func pixels(_ x: Feature) -> Feature {
    let halves = [Float](repeating: 0.5, count: x.channels)
    return pixelNormalization(
      "pixels", x, PixelNormalization(source: Array(halves.indices), scale: halves, shift: halves))
  }
}
