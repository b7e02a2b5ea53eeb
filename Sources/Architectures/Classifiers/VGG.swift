import GinghamNetworks

extension Architecture {
  /// VGG (Simonyan & Zisserman 2015), configurations A, B, D and E, with and without batch normalization.
  static let vggs = [11, 13, 16, 19].flatMap { depth in
    [vgg(depth, normalized: false), vgg(depth, normalized: true)]
  }

  private static func vgg(_ depth: Int, normalized: Bool) -> Architecture {
    let suffix = normalized ? "_bn" : ""
    return Architecture(
      "vgg\(depth)\(suffix)", "VGG-\(depth)\(normalized ? " with batch normalization" : ""), 3×3 only",
      options: [.classes], witnesses: ["classes": .head("classifier.6")]
    ) { net, settings in
      var x = net.picture(settings)
      var index = 0
      func next() -> String {
        defer { index += 1 }
        return "features.\(index)"
      }
      for (channels, repeats) in zip([64, 128, 256, 512, 512], vggRepeats(depth)) {
        for _ in 0..<repeats {
          x = net.convolution(next(), x, channels, kernel: 3, padding: 1, bias: true)
          if normalized { x = net.batchNormalization(next(), x) }
          x = net.relu(next(), x)
        }
        x = net.maxPool(next(), x, kernel: 2, stride: 2)
      }
      x = net.adaptiveAveragePool("avgpool", x, size: 7)
      x = net.flatten("flatten", x)
      for layer in [0, 3] {
        x = net.linear("classifier.\(layer)", x, 4096)
        x = net.relu("classifier.\(layer + 1)", x)
        x = net.dropout("classifier.\(layer + 2)", x)
      }
      return net.linear("classifier.6", x, settings["classes"])
    }
  }

  /// Convolutions in each of the five stages.
  private static func vggRepeats(_ depth: Int) -> [Int] {
    switch depth {
    case 11: [1, 1, 2, 2, 2]
    case 13: [2, 2, 2, 2, 2]
    case 16: [2, 2, 3, 3, 3]
    default: [2, 2, 4, 4, 4]
    }
  }
}
