import GinghamNetworks

extension Architecture {
  /// EfficientNet (Tan & Le 2019), EfficientNetV2 (Tan & Le 2021) and EfficientNet-Lite0 by the names of torchvision and
  /// timm (`_timm` where torchvision has the name); `tf_` has TensorFlow's padding.
  static let efficientNets = (scaled + secondVersion + [lite]).map(\.architecture)

  /// Tan & Le 2019, table 1.
  private static func stages(excited: Bool) -> [InvertedResidualStage] {
    [
      InvertedResidualStage(1, 3, 1, 1, 16, excited: excited), InvertedResidualStage(2, 3, 2, 6, 24, excited: excited),
      InvertedResidualStage(2, 5, 2, 6, 40, excited: excited), InvertedResidualStage(3, 3, 2, 6, 80, excited: excited),
      InvertedResidualStage(3, 5, 1, 6, 112, excited: excited),
      InvertedResidualStage(4, 5, 2, 6, 192, excited: excited),
      InvertedResidualStage(1, 3, 1, 6, 320, excited: excited),
    ]
  }

  /// Factors of width and depth, and the sides of input and picture in torchvision.
  private static let scales: [(width: Double, depth: Double, side: Int, shorterSide: Int)] = [
    (1, 1, 224, 256), (1, 1.1, 240, 256), (1.1, 1.2, 288, 288), (1.2, 1.4, 300, 320), (1.4, 1.8, 380, 384),
    (1.6, 2.2, 456, 456), (1.8, 2.6, 528, 528), (2, 3.1, 600, 600),
  ]

  private static let scaled: [MobileNet] = scales.enumerated().flatMap { index, scale in
    let stem = roundedChannels(32 * scale.width)
    let stages = stages(excited: true).map { $0.scaled(width: scale.width, depth: scale.depth) }
    func row(_ name: String, _ library: String, _ style: MobileNetStyle, isVariant: Bool = false) -> MobileNet {
      MobileNet(
        name: name, summary: "EfficientNet-B\(index) (\(library))", style: style, stem: stem,
        stages: stages.blocks(from: stem, .silu), last: roundedChannels(1280 * scale.width),
        picture: .bicubic(scale.side, of: scale.shorterSide, .imageNet), isVariant: isVariant)
    }
    return [
      // torchvision took the weights of the largest from TensorFlow, with its ε.
      row(
        "efficientnet_b\(index)", "torchvision",
        MobileNetStyle(names: .efficientNet, epsilon: index < 5 ? 1e-5 : 1e-3)),
      // There are none for the two largest that were trained without TensorFlow's padding.
      row("efficientnet_b\(index)_timm", "timm", MobileNetStyle(names: .timm), isVariant: index > 5),
      row(
        "tf_efficientnet_b\(index)", "timm, TensorFlow's padding",
        MobileNetStyle(names: .timm, epsilon: 1e-3, padsAsTensorFlow: true)),
    ]
  }

  // MARK: EfficientNetV2

  /// Repeats, stride, expansion and channels of the fused stages, then of the others; all kernels are 3×3.
  private static let secondStages: [(size: String, side: Int, stem: Int, fused: [[Int]], others: [[Int]])] = [
    (
      "s", 384, 24, [[2, 1, 1, 24], [4, 2, 4, 48], [4, 2, 4, 64]],
      [[6, 2, 4, 128], [9, 1, 6, 160], [15, 2, 6, 256]]
    ),
    (
      "m", 480, 24, [[3, 1, 1, 24], [5, 2, 4, 48], [5, 2, 4, 80]],
      [[7, 2, 4, 160], [14, 1, 6, 176], [18, 2, 6, 304], [5, 1, 6, 512]]
    ),
    (
      "l", 480, 32, [[4, 1, 1, 32], [7, 2, 4, 64], [7, 2, 4, 96]],
      [[10, 2, 4, 192], [19, 1, 6, 224], [25, 2, 6, 384], [7, 1, 6, 640]]
    ),
  ]

  private static let secondVersion: [MobileNet] = secondStages.flatMap { size, side, stem, fused, others in
    let stages =
      fused.map { InvertedResidualStage($0[0], 3, $0[1], $0[2], $0[3], fused: true) }
      + others.map { InvertedResidualStage($0[0], 3, $0[1], $0[2], $0[3], excited: true) }
    func row(
      _ name: String, _ library: String, _ style: MobileNetStyle, _ picture: PictureConvention, isVariant: Bool = false
    ) -> MobileNet {
      MobileNet(
        name: name, summary: "EfficientNetV2-\(size.uppercased()) (\(library))", style: style, stem: stem,
        stages: stages.blocks(from: stem, .silu), last: 1280, picture: picture, isVariant: isVariant)
    }
    let torchvision =
      size == "l"
      ? PictureConvention.bicubic(side, of: side, .symmetric)
      : PictureConvention(side: side, shorterSide: side, normalization: .imageNet)
    return [
      row(
        "efficientnet_v2_\(size)", "torchvision", MobileNetStyle(names: .efficientNet, epsilon: 1e-3), torchvision),
      row(
        "tf_efficientnetv2_\(size)", "timm, TensorFlow's padding",
        MobileNetStyle(names: .timm, epsilon: 1e-3, padsAsTensorFlow: true), .bicubic(side, of: side, .symmetric)),
      row(
        "efficientnetv2_\(size)", "timm", MobileNetStyle(names: .timm), .bicubic(side, of: side, .imageNet),
        isVariant: true),
    ]
  }

  /// EfficientNet-Lite0: B0 without excitation, ReLU6 for SiLU, stem and head of fixed width, and TensorFlow's padding.
  /// Parameters are named as in the checkpoints of the first PyTorch port of EfficientNet.
  private static let lite = MobileNet(
    name: "efficientnet_lite0", summary: "EfficientNet-Lite0 with TensorFlow's SAME padding",
    style: MobileNetStyle(
      names: .port, activation: .clip(minimum: 0, maximum: 6), epsilon: 1e-3, padsAsTensorFlow: true),
    stem: 32, stages: stages(excited: false).blocks(from: 32, .clip(minimum: 0, maximum: 6)), last: 1280,
    picture: .bicubic(224, of: 256, .tensorFlowLite))
}

extension PixelNormalization {
  /// (x − 127)/128 of 0…255.
  static let tensorFlowLite = PixelNormalization(
    mean: [127.0 / 255, 127.0 / 255, 127.0 / 255], deviation: [128.0 / 255, 128.0 / 255, 128.0 / 255])
}
