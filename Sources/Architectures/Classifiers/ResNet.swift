import GinghamNetworks

extension Architecture {
  /// ResNet (He et al. 2016). The plain names are torchvision's v1.5, with the stride of a bottleneck in its 3×3
  /// convolution; `_v1` is the paper's, with the stride in the first 1×1 convolution.
  static let resnets =
    [resnet(18, [2, 2, 2, 2]), resnet(34, [3, 4, 6, 3])]
    + [(50, [3, 4, 6, 3]), (101, [3, 4, 23, 3]), (152, [3, 8, 36, 3])].flatMap { depth, repeats in
      [false, true].map { resnet(depth, repeats, bottleneck: true, stridesFirst: $0) }
    }

  private static func resnet(
    _ depth: Int, _ repeats: [Int], bottleneck: Bool = false, stridesFirst: Bool = false
  ) -> Architecture {
    let detail = bottleneck ? (stridesFirst ? " v1, stride in the 1×1" : " v1.5, stride in the 3×3") : ""
    return Architecture(
      "resnet\(depth)\(stridesFirst ? "_v1" : "")", "ResNet-\(depth)\(detail)", options: [.classes],
      isVariant: stridesFirst, witnesses: ["classes": .head("fc")]
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
            bottleneck
            ? net.bottleneck(name, x, width, stride: stride, stridesFirst: stridesFirst)
            : net.basicBlock(name, x, width, stride: stride)
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
    _ name: String, _ x: Feature, _ width: Int, stride: Int, stridesFirst: Bool
  ) -> Feature {
    var y = convolution("\(name).conv1", x, width, kernel: 1, stride: stridesFirst ? stride : 1)
    y = batchNormalization("\(name).bn1", y)
    y = relu("\(name).relu", y)
    y = convolution("\(name).conv2", y, width, kernel: 3, stride: stridesFirst ? 1 : stride, padding: 1)
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
