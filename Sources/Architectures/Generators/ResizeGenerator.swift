import GinghamNetworks

extension Architecture {
  /// A DCGAN generator whose transposed convolutions are replaced by nearest-neighbour enlargement and a convolution of
  /// stride 1 that sees the picture reflected at its borders, the remedy of Odena, Dumoulin & Olah (2016).
  static let resizeGenerator = Architecture(
    "resize_generator", "generator with nearest resize and convolution in place of transposed convolution",
    options: [
      Option("kernel", 3, in: 1...15, "side of the kernels that enlarge or follow a resize"),
      Option("stride", 2, in: 1...8, "enlargement of each resize"),
      Option("deconvolutions", 0, in: 0...4, "how many of the last enlargements are transposed convolutions"),
      Option("last", 0, in: 0...15, "side of one more kernel of stride 1 at the end; 0: none"),
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
    let (kernel, stride, features) = (settings["kernel"], settings["stride"], settings["features"])
    let (channels, last) = (settings["channels"], settings["last"])
    var x = net.latent(channels: settings["latent"])
    x = net.transposedConvolution("main.0", x, 8 * features, kernel: 4, stride: 1, padding: 0)
    for (stage, channels) in [4 * features, 2 * features, features, last > 0 ? features : channels].enumerated() {
      let index = 4 * stage
      x = net.batchNormalization("main.\(index + 1)", x)
      x = net.relu("main.\(index + 2)", x)
      if stage < 4 - settings["deconvolutions"] {
        x = net.upsampleNearest("main.\(index + 3)", x, scale: stride)
        x = net.reflectedConvolution("main.\(index + 4)", x, channels, kernel: kernel)
      } else {
        x = net.enlargingConvolution("main.\(index + 4)", x, channels, kernel: kernel, stride: stride)
      }
    }
    guard last > 0 else { return net.pixels(net.pointwise("main.17", x, .tanh)) }
    x = net.batchNormalization("main.17", x)
    x = net.relu("main.18", x)
    x = net.reflectedConvolution("main.19", x, channels, kernel: last)
    return net.pixels(net.pointwise("main.20", x, .tanh))
  }
}

extension NetworkBuilder {
  /// A convolution of stride 1 that keeps the extent and sees the map mirrored at its borders; an even kernel's odd pixel
  /// goes behind.
  fileprivate mutating func reflectedConvolution(_ name: String, _ x: Feature, _ channels: Int, kernel: Int) -> Feature
  {
    let padded = reflected("\(name).pad", x, before: (kernel - 1) / 2, after: kernel / 2)
    return convolution(name, padded, channels, kernel: kernel)
  }

  /// Rows and columns added at both ends of both axes, mirrored without repeating the border; where a map is too small
  /// for that, the border is repeated.
  fileprivate mutating func reflected(_ name: String, _ x: Feature, before: Int, after: Int) -> Feature {
    guard before + after > 0 else { return x }
    let isMirrored = (x.spatial ?? []).allSatisfy { $0 > after }
    let padding = Pad(
      mode: isMirrored ? .reflect : .edge, before: [0, 0, before, before], after: [0, 0, after, after])
    let padded = append(name, .pad(padding), [x], like: x)
    return Feature(value: padded.value, channels: x.channels, spatial: x.spatial?.map { $0 + before + after })
  }
}
