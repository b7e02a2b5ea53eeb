import GinghamNetworks

extension Architecture {
  /// SqueezeNet (Iandola et al. 2016) in both versions, and version 1.1 as its authors published it for Caffe: blue
  /// first, no deviation, and pools that drop the last odd row. Both kinds of 1.1 have the same parameters.
  static let squeezenets = [
    squeezenet("squeezenet1_0", "SqueezeNet 1.0", firesBehindPools: [[1, 2, 3], [4, 5, 6, 7], [8]], isLarge: true),
    squeezenet("squeezenet1_1", "SqueezeNet 1.1", firesBehindPools: [[1, 2], [3, 4], [5, 6, 7, 8]]),
    squeezenet(
      "squeezenet1_1_caffe", "SqueezeNet 1.1 as published for Caffe (BGR, floor pools)",
      firesBehindPools: [[1, 2], [3, 4], [5, 6, 7, 8]], isCaffe: true),
  ]

  private static func squeezenet(
    _ name: String, _ summary: String, firesBehindPools: [[Int]], isLarge: Bool = false, isCaffe: Bool = false
  ) -> Architecture {
    let convention =
      isCaffe ? PictureConvention(side: 227, shorterSide: 256, normalization: .caffe) : .torchvision
    return Architecture(
      name, summary, options: [.classes], picture: convention, isVariant: isCaffe,
      witnesses: ["classes": .head("classifier.1")]
    ) { net, settings in
      var x = net.picture(settings)
      x = net.convolution("features.0", x, isLarge ? 96 : 64, kernel: isLarge ? 7 : 3, stride: 2, bias: true)
      x = net.relu("features.1", x)
      var index = 2
      for fires in firesBehindPools {
        x = net.maxPool("features.\(index)", x, kernel: 3, stride: 2, ceilMode: !isCaffe)
        index += 1
        for fire in fires {
          // Widths grow by 16 and 64 every second module.
          let step = (fire + 1) / 2
          x = net.fire("features.\(index)", x, squeeze: 16 * step, expand: 64 * step)
          index += 1
        }
      }
      x = net.dropout("classifier.0", x)
      x = net.convolution("classifier.1", x, settings["classes"], kernel: 1, bias: true)
      x = net.relu("classifier.2", x)
      x = net.globalAveragePool("classifier.3", x)
      return net.flatten("flatten", x)
    }
  }
}

extension NetworkBuilder {
  fileprivate mutating func fire(_ name: String, _ x: Feature, squeeze: Int, expand: Int) -> Feature {
    var squeezed = convolution("\(name).squeeze", x, squeeze, kernel: 1, bias: true)
    squeezed = relu("\(name).squeeze_activation", squeezed)
    var small = convolution("\(name).expand1x1", squeezed, expand, kernel: 1, bias: true)
    small = relu("\(name).expand1x1_activation", small)
    var large = convolution("\(name).expand3x3", squeezed, expand, kernel: 3, padding: 1, bias: true)
    large = relu("\(name).expand3x3_activation", large)
    return concatenate("\(name).cat", [small, large])
  }
}
