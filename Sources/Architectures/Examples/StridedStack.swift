import GinghamNetworks

extension Architecture {
  /// Strided convolutions one behind the other and nothing else: the net whose gradient lattice has a closed form.
  static let stridedStack = Architecture(
    "strided_stack", "equal strided convolutions in a row: the checkerboard in its purest form",
    options: [
      Option("kernel", 3, in: 1...64, "side of the kernels"),
      Option("stride", 2, in: 1...16, "stride of each"),
      Option("dilation", 1, in: 1...16, "distance of the taps"),
      Option("depth", 1, in: 1...16, "number of strided layers"),
      Option("width", 16, in: 1...1024, "channels of each"),
      Option("relu", 1, in: 0...1, "1: a ReLU behind each"),
      Option("stem", 0, in: 0...15, "side of a stride-1 kernel in front; 0: none"),
      .channels,
    ],
    picture: PictureConvention(side: 224, shorterSide: nil, normalization: .symmetric)
  ) { net, settings in
    var x = net.picture(settings, channels: settings["channels"])
    let (kernel, dilation, stem) = (settings["kernel"], settings["dilation"], settings["stem"])
    if stem > 0 {
      x = net.convolution("stem", x, settings["width"], kernel: stem, padding: stem / 2)
      if settings.isSet("relu") { x = net.relu("stem_relu", x) }
    }
    let window = Window(
      kernel, stride: settings["stride"], padding: dilation * (kernel - 1) / 2, dilation: dilation)
    for index in 1...settings["depth"] {
      x = net.convolution("conv\(index)", x, settings["width"], window)
      if settings.isSet("relu") { x = net.relu("relu\(index)", x) }
    }
    return x
  }
}
