import GinghamNetworks

extension Architecture {
  /// A DCGAN generator whose transposed convolutions are replaced by nearest-neighbour enlargement and a convolution of
  /// stride 1, the remedy of Odena, Dumoulin & Olah (2016).
  static let resizeGenerator = Architecture(
    "resize_generator", "generator with nearest resize and convolution in place of transposed convolution",
    options: [
      Option("kernel", 3, in: 1...15, "side of the kernels behind a resize"),
      Option("stride", 2, in: 1...8, "enlargement of each resize"),
      .latent, .features, .channels,
    ],
    picture: nil,
    witnesses: [
      "kernel": Witness(parameter: "main.4.weight", axis: 2), "latent": Witness(parameter: "main.0.weight", axis: 0),
      "features": Witness(parameter: "main.12.weight", axis: 0),
      "channels": Witness(parameter: "main.16.weight", axis: 0),
    ]
  ) { net, settings in
    net.startAdversarial()
    let (kernel, features) = (settings["kernel"], settings["features"])
    // The even kernels' odd pixel goes behind, which keeps the extent.
    let window = Window(kernel: [kernel, kernel], padding: .sameUpper)
    var x = net.latent(channels: settings["latent"])
    x = net.transposedConvolution("main.0", x, 8 * features, kernel: 4, stride: 1, padding: 0)
    for (stage, channels) in [4 * features, 2 * features, features, settings["channels"]].enumerated() {
      let index = 4 * stage
      x = net.batchNormalization("main.\(index + 1)", x)
      x = net.relu("main.\(index + 2)", x)
      x = net.upsampleNearest("main.\(index + 3)", x, scale: settings["stride"])
      x = net.convolution("main.\(index + 4)", x, channels, window)
    }
    return net.pixels(net.pointwise("main.17", x, .tanh))
  }
}
