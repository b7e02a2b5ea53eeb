import GinghamNetworks

extension Architecture {
  /// ResNet (He et al. 2016). The plain names are torchvision's v1.5, with the stride of a bottleneck in its 3×3
  /// convolution; `_v1` is the paper's, with the stride in the first 1×1 convolution. ResNeXt (Xie et al. 2017) splits
  /// the 3×3 convolution into groups, and Wide ResNet (Zagoruyko & Komodakis 2016) doubles its channels. timm names the
  /// parameters alike.
  static let resnets =
    [
      resnet("resnet18", "ResNet-18", [2, 2, 2, 2], bottleneck: nil),
      resnet("resnet34", "ResNet-34", [3, 4, 6, 3], bottleneck: nil),
    ]
    + [(50, [3, 4, 6, 3]), (101, [3, 4, 23, 3]), (152, [3, 8, 36, 3])].flatMap { depth, repeats in
      [
        resnet("resnet\(depth)", "ResNet-\(depth) v1.5, stride in the 3×3", repeats),
        resnet(
          "resnet\(depth)_v1", "ResNet-\(depth) v1, stride in the 1×1", repeats,
          bottleneck: Bottleneck(stridesFirst: true)),
      ]
    }
    + [
      resnet(
        "resnext50_32x4d", "ResNeXt-50, 32 groups of 4", [3, 4, 6, 3], bottleneck: Bottleneck(groups: 32, width: 4)),
      resnet(
        "resnext101_32x8d", "ResNeXt-101, 32 groups of 8", [3, 4, 23, 3],
        bottleneck: Bottleneck(groups: 32, width: 8)),
      resnet(
        "resnext101_64x4d", "ResNeXt-101, 64 groups of 4", [3, 4, 23, 3],
        bottleneck: Bottleneck(groups: 64, width: 4)),
      resnet("wide_resnet50_2", "Wide ResNet-50-2", [3, 4, 6, 3], bottleneck: Bottleneck(width: 128)),
      resnet("wide_resnet101_2", "Wide ResNet-101-2", [3, 4, 23, 3], bottleneck: Bottleneck(width: 128)),
    ]

  fileprivate struct Bottleneck: Sendable {
    var groups = 1
    /// Channels of a group of the 3×3 convolution in the first stage.
    var width = 64
    var stridesFirst = false
  }

  /// - Parameter bottleneck: `nil`: blocks of two 3×3 convolutions.
  private static func resnet(
    _ name: String, _ summary: String, _ repeats: [Int], bottleneck: Bottleneck? = Bottleneck()
  ) -> Architecture {
    Architecture(
      name, summary, options: [.classes], isVariant: bottleneck?.stridesFirst ?? false,
      witnesses: ["classes": .head("fc")]
    ) { net, settings in
      var x = net.picture(settings)
      x = net.convolution("conv1", x, 64, kernel: 7, stride: 2, padding: 3)
      x = net.batchNormalization("bn1", x)
      x = net.relu("relu", x)
      x = net.maxPool("maxpool", x, kernel: 3, stride: 2, padding: 1)
      for (stage, count) in repeats.enumerated() {
        for block in 0..<count {
          let name = "layer\(stage + 1).\(block)"
          let width = 64 << stage
          let stride = stage > 0 && block == 0 ? 2 : 1
          x =
            bottleneck.map { net.bottleneck(name, x, width, stride: stride, $0) }
            ?? net.basicBlock(name, x, width, stride: stride)
        }
      }
      x = net.globalAveragePool("avgpool", x)
      x = net.flatten("flatten", x)
      return net.linear("fc", x, settings["classes"])
    }
  }
}

extension NetworkBuilder {
  fileprivate mutating func basicBlock(_ name: String, _ x: Feature, _ width: Int, stride: Int) -> Feature {
    var y = convolution("\(name).conv1", x, width, kernel: 3, stride: stride, padding: 1)
    y = batchNormalization("\(name).bn1", y)
    y = relu("\(name).relu", y)
    y = convolution("\(name).conv2", y, width, kernel: 3, padding: 1)
    y = batchNormalization("\(name).bn2", y)
    let shortcut = shortcut(name, x, width, stride: stride)
    y = add("\(name).add", y, shortcut)
    return relu("\(name).relu_1", y)
  }

  fileprivate mutating func bottleneck(
    _ name: String, _ x: Feature, _ width: Int, stride: Int, _ bottleneck: Architecture.Bottleneck
  ) -> Feature {
    let inner = width * bottleneck.width / 64 * bottleneck.groups
    var y = convolution("\(name).conv1", x, inner, kernel: 1, stride: bottleneck.stridesFirst ? stride : 1)
    y = batchNormalization("\(name).bn1", y)
    y = relu("\(name).relu", y)
    y = convolution(
      "\(name).conv2", y, inner, kernel: 3, stride: bottleneck.stridesFirst ? 1 : stride, padding: 1,
      groups: bottleneck.groups)
    y = batchNormalization("\(name).bn2", y)
    y = relu("\(name).relu_1", y)
    y = convolution("\(name).conv3", y, 4 * width, kernel: 1)
    y = batchNormalization("\(name).bn3", y)
    let shortcut = shortcut(name, x, 4 * width, stride: stride)
    y = add("\(name).add", y, shortcut)
    return relu("\(name).relu_2", y)
  }

  private mutating func shortcut(_ name: String, _ x: Feature, _ channels: Int, stride: Int) -> Feature {
    guard stride != 1 || x.channels != channels else { return x }
    let y = convolution("\(name).downsample.0", x, channels, kernel: 1, stride: stride)
    return batchNormalization("\(name).downsample.1", y)
  }
}
