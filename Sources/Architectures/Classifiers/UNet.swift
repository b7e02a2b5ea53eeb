import GinghamNetworks

extension Architecture {
  /// U-Net (Ronneberger et al. 2015) as milesial's PyTorch-UNet has it: batch normalization, padded convolutions, and
  /// transposed convolutions or bilinear enlargement on the way up. A channel of the output is a class's map of scores.
  static let unet = Architecture(
    "unet", "U-Net (milesial's): transposed convolutions 2/2, or bilinear=1",
    options: [
      Option("classes", 2, in: 1...100_000, "number of maps"),
      Option("bilinear", 0, in: 0...1, "1: bilinear enlargement in place of transposed convolutions"),
      Option("features", 64, in: 2...1024, "channels of the first stage"), .channels,
    ],
    picture: PictureConvention(side: 512, shorterSide: nil, interpolation: .bicubic, normalization: .none),
    witnesses: [
      "classes": .head("outc.conv"), "bilinear": Witness(parameter: "up1.up.weight", axis: 0, absent: 1) { _ in 0 },
      "features": Witness(parameter: "inc.double_conv.0.weight", axis: 0),
      "channels": Witness(parameter: "inc.double_conv.0.weight", axis: 1),
    ]
  ) { net, settings in
    let (features, isBilinear) = (settings["features"], settings.isSet("bilinear"))
    // A row or column that halving loses comes back as padding, whose width depends on the extents.
    let divides = [settings.size.height, settings.size.width].allSatisfy { $0.isMultiple(of: 16) }
    var x = net.picture(settings, channels: settings["channels"], fixesSize: !divides)
    x = net.doubleConvolution("inc.double_conv", x, features)
    var skips: [Feature] = []
    for stage in 1...4 {
      skips.append(x)
      x = net.maxPool("down\(stage).maxpool_conv.0", x, kernel: 2, stride: 2)
      let channels = features << stage
      x = net.doubleConvolution(
        "down\(stage).maxpool_conv.1.double_conv", x, stage == 4 && isBilinear ? channels / 2 : channels)
    }
    for (stage, skip) in zip(1..., skips.reversed()) {
      let name = "up\(stage)"
      let joined = features << (5 - stage)
      x =
        isBilinear
        ? net.upsampleBilinear("\(name).up", x, scale: 2)
        : net.transposedConvolution("\(name).up", x, joined / 2, kernel: 2, stride: 2, padding: 0, bias: true)
      x = net.concatenate("\(name).cat", [skip, net.padded("\(name).pad", x, like: skip)])
      x = net.doubleConvolution(
        "\(name).conv.double_conv", x, isBilinear && stage < 4 ? joined / 4 : joined / 2,
        inner: isBilinear ? joined / 2 : nil)
    }
    return net.convolution("outc.conv", x, settings["classes"], kernel: 1, bias: true)
  }

  /// The U-Net for brain scans of Buda et al. (2019): transposed convolutions, one map of probabilities.
  static let brainUNet = Architecture(
    "unet_brain", "U-Net for brain segmentation (Buda's): transposed convolutions 2/2",
    options: [
      Option("classes", 1, in: 1...100_000, "number of maps"),
      Option("features", 32, in: 1...1024, "channels of the first stage"), .channels,
    ],
    picture: PictureConvention(side: 256, shorterSide: nil, normalization: .none),
    witnesses: [
      "classes": .head("conv"), "features": Witness(parameter: "encoder1.enc1conv1.weight", axis: 0),
      "channels": Witness(parameter: "encoder1.enc1conv1.weight", axis: 1),
    ]
  ) { net, settings in
    let features = settings["features"]
    var x = net.picture(settings, channels: settings["channels"])
    var skips: [Feature] = []
    for stage in 1...4 {
      x = net.namedConvolutions("encoder\(stage).enc\(stage)", x, features << (stage - 1))
      skips.append(x)
      x = net.maxPool("pool\(stage)", x, kernel: 2, stride: 2)
    }
    x = net.namedConvolutions("bottleneck.bottleneck", x, features << 4)
    for (stage, skip) in zip([4, 3, 2, 1], skips.reversed()) {
      x = net.transposedConvolution(
        "upconv\(stage)", x, skip.channels, kernel: 2, stride: 2, padding: 0, bias: true)
      x = net.concatenate("cat\(stage)", [x, skip])
      x = net.namedConvolutions("decoder\(stage).dec\(stage)", x, skip.channels)
    }
    x = net.convolution("conv", x, settings["classes"], kernel: 1, bias: true)
    return net.pointwise("sigmoid", x, .sigmoid)
  }
}

extension PixelNormalization {
  /// Pixels as they are, in 0…1.
  static let none = PixelNormalization(mean: [0, 0, 0], deviation: [1, 1, 1])
}

extension NetworkBuilder {
  /// Two 3×3 convolutions with normalization and activation, in one sequence.
  fileprivate mutating func doubleConvolution(
    _ name: String, _ x: Feature, _ channels: Int, inner: Int? = nil
  ) -> Feature {
    let window = Window(3, padding: 1)
    let y = unit(UnitNames(sequence: name), x, inner ?? channels, window, activation: .relu)
    return unit(UnitNames(sequence: name, from: 3), y, channels, window, activation: .relu)
  }

  /// The same under names that start alike.
  fileprivate mutating func namedConvolutions(_ name: String, _ x: Feature, _ channels: Int) -> Feature {
    [1, 2].reduce(x) { y, index in
      unit(
        UnitNames("\(name)conv\(index)", "\(name)norm\(index)", "\(name)relu\(index)"), y, channels,
        Window(3, padding: 1), activation: .relu)
    }
  }

  /// Zeros around a map until it has the extents of another, the odd ones behind.
  fileprivate mutating func padded(_ name: String, _ x: Feature, like other: Feature) -> Feature {
    guard let from = x.spatial, let to = other.spatial, from != to else { return x }
    let room = zip(to, from).map { max(0, $0 - $1) }
    let before = room.map { $0 / 2 }
    let padding = Pad(
      mode: .constant, before: [0, 0] + before, after: [0, 0] + zip(room, before).map { $0 - $1 })
    let output = append(name, .pad(padding), [x], like: x)
    return Feature(value: output.value, channels: x.channels, spatial: to)
  }
}
