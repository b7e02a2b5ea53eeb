import GinghamNetworks

extension Architecture {
  /// MobileNetV2 (Sandler et al. 2018), MobileNetV3 (Howard et al. 2019) and MNASNet (Tan et al. 2019) by the names of
  /// torchvision and timm.
  static let mobileNets = (secondGeneration + thirdGeneration + searched).map(\.architecture)

  private static let timmPicture = PictureConvention.bicubic(224, of: 256, .imageNet)

  private static let secondGeneration: [MobileNet] = [
    ("mobilenet_v2", "torchvision", MobileNetNames.mobileNetV2, PictureConvention.torchvision),
    ("mobilenetv2_100", "timm", MobileNetNames.timm, timmPicture),
  ].map { name, library, names, picture in
    let style = MobileNetStyle(names: names, activation: .clip(minimum: 0, maximum: 6))
    return MobileNet(
      name: name, summary: "MobileNetV2 (\(library))", style: style, stem: 32,
      stages: [
        InvertedResidualStage(1, 3, 1, 1, 16), InvertedResidualStage(2, 3, 2, 6, 24),
        InvertedResidualStage(3, 3, 2, 6, 32), InvertedResidualStage(4, 3, 2, 6, 64),
        InvertedResidualStage(3, 3, 1, 6, 96), InvertedResidualStage(3, 3, 2, 6, 160),
        InvertedResidualStage(1, 3, 1, 6, 320),
      ].blocks(from: 32, style.activation), last: 1280, picture: picture)
  }

  // MARK: MobileNetV3

  private static let thirdGeneration: [MobileNet] = [("large", large, 960, 1280), ("small", small, 576, 1024)].flatMap {
    (size: String, stages: [[InvertedResidual]], last: Int, hidden: Int) in
    func row(
      _ name: String, _ library: String, _ names: MobileNetNames, epsilon: Float, tensorFlow: Bool = false,
      picture: PictureConvention
    ) -> MobileNet {
      MobileNet(
        name: name, summary: "MobileNetV3, \(size) (\(library))",
        style: MobileNetStyle(
          names: names, activation: .hardSwish, squeezeActivation: .relu,
          gate: .hardSigmoid(alpha: 1.0 / 6, beta: 0.5), epsilon: epsilon, padsAsTensorFlow: tensorFlow),
        stem: 16, stages: stages, last: last, hidden: (hidden, library != "torchvision"), picture: picture)
    }
    return [
      row("mobilenet_v3_\(size)", "torchvision", .mobileNetV3, epsilon: 1e-3, picture: .torchvision),
      row("mobilenetv3_\(size)_100", "timm", .timmMobileNetV3, epsilon: 1e-5, picture: timmPicture),
      row(
        "tf_mobilenetv3_\(size)_100", "timm, TensorFlow's padding", .timmMobileNetV3, epsilon: 1e-3, tensorFlow: true,
        picture: PictureConvention(side: 224, shorterSide: 256, normalization: .symmetric)),
    ]
  }

  /// Kernel, stride, channels in the middle and behind, and whether there is an excitation and a hard swish.
  private static func block(
    _ kernel: Int, _ stride: Int, _ expanded: Int, _ channels: Int, excited: Bool = false, swish: Bool = true
  ) -> InvertedResidual {
    InvertedResidual(
      kernel: kernel, stride: stride, expanded: expanded, channels: channels,
      squeezed: excited ? roundedChannels(Double(expanded / 4)) : nil, activation: swish ? .hardSwish : .relu)
  }

  /// Howard et al., table 1.
  private static let large: [[InvertedResidual]] = [
    [block(3, 1, 16, 16, swish: false)],
    [block(3, 2, 64, 24, swish: false), block(3, 1, 72, 24, swish: false)],
    [block(5, 2, 72, 40, excited: true, swish: false)]
      + [InvertedResidual](repeating: block(5, 1, 120, 40, excited: true, swish: false), count: 2),
    [block(3, 2, 240, 80), block(3, 1, 200, 80), block(3, 1, 184, 80), block(3, 1, 184, 80)],
    [block(3, 1, 480, 112, excited: true), block(3, 1, 672, 112, excited: true)],
    [block(5, 2, 672, 160, excited: true), block(5, 1, 960, 160, excited: true), block(5, 1, 960, 160, excited: true)],
  ]

  /// Howard et al., table 2.
  private static let small: [[InvertedResidual]] = [
    [block(3, 2, 16, 16, excited: true, swish: false)],
    [block(3, 2, 72, 24, swish: false), block(3, 1, 88, 24, swish: false)],
    [block(5, 2, 96, 40, excited: true), block(5, 1, 240, 40, excited: true), block(5, 1, 240, 40, excited: true)],
    [block(5, 1, 120, 48, excited: true), block(5, 1, 144, 48, excited: true)],
    [block(5, 2, 288, 96, excited: true), block(5, 1, 576, 96, excited: true), block(5, 1, 576, 96, excited: true)],
  ]

  // MARK: MNASNet

  private static let searched: [MobileNet] = [
    ("mnasnet0_5", 0.5, MobileNetNames.mnasNet, PictureConvention.torchvision),
    ("mnasnet0_75", 0.75, .mnasNet, PictureConvention(side: 224, shorterSide: 232, normalization: .imageNet)),
    ("mnasnet1_0", 1, .mnasNet, .torchvision),
    ("mnasnet1_3", 1.3, .mnasNet, PictureConvention(side: 224, shorterSide: 232, normalization: .imageNet)),
    ("mnasnet_100", 1, .timm, timmPicture),
  ].map { (name: String, width: Double, names: MobileNetNames, picture: PictureConvention) in
    let stem = roundedChannels(32 * width)
    return MobileNet(
      name: name, summary: "MNASNet-B1, width \(width) (\(name.contains("_100") ? "timm" : "torchvision"))",
      style: MobileNetStyle(names: names, activation: .relu), stem: stem,
      stages: [
        InvertedResidualStage(1, 3, 1, 1, 16), InvertedResidualStage(3, 3, 2, 3, 24),
        InvertedResidualStage(3, 5, 2, 3, 40), InvertedResidualStage(3, 5, 2, 6, 80),
        InvertedResidualStage(2, 3, 1, 6, 96), InvertedResidualStage(4, 5, 2, 6, 192),
        InvertedResidualStage(1, 3, 1, 6, 320),
      ].map { $0.scaled(width: width, depth: 1) }.blocks(from: stem, .relu), last: 1280, picture: picture)
  }
}
