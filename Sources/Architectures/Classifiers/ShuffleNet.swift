import GinghamNetworks
import GinghamTensors

extension Architecture {
  /// ShuffleNetV2 (Ma et al. 2018) by torchvision's names.
  static let shuffleNets = [
    ("0_5", [24, 48, 96, 192, 1024], 256), ("1_0", [24, 116, 232, 464, 1024], 256),
    ("1_5", [24, 176, 352, 704, 1024], 232), ("2_0", [24, 244, 488, 976, 2048], 232),
  ].map { (width: String, channels: [Int], shorterSide: Int) in
    Architecture(
      "shufflenet_v2_x\(width)", "ShuffleNetV2, width \(width.replacing("_", with: "."))", options: [.classes],
      picture: PictureConvention(side: 224, shorterSide: shorterSide, normalization: .imageNet),
      witnesses: ["classes": .head("fc")]
    ) { net, settings in
      var x = net.picture(settings)
      x = net.unit(
        UnitNames(sequence: "conv1"), x, channels[0], Window(3, stride: 2, padding: 1), activation: .relu)
      x = net.maxPool("maxpool", x, kernel: 3, stride: 2, padding: 1)
      for (stage, repeats) in [4, 8, 4].enumerated() {
        for block in 0..<repeats {
          let name = "stage\(stage + 2).\(block)"
          x = block == 0 ? net.reducedShuffle(name, x, channels[stage + 1]) : net.shuffle(name, x)
        }
      }
      x = net.unit(UnitNames(sequence: "conv5"), x, channels[4], Window(1), activation: .relu)
      x = net.globalMean("mean", x)
      return net.linear("fc", x, settings["classes"])
    }
  }
}

extension NetworkBuilder {
  /// One half of the channels passes as it is.
  fileprivate mutating func shuffle(_ name: String, _ x: Feature) -> Feature {
    let halves = append("\(name).chunk", .split(Split(axis: 1)), x.value, outputs: 2).map {
      Feature(value: $0, channels: x.channels / 2, spatial: x.spatial)
    }
    let filtered = filteredHalf("\(name).branch2", halves[1], x.channels / 2, stride: 1)
    return interleaved(name, concatenate("\(name).cat", [halves[0], filtered]))
  }

  /// Both halves come from all channels, at half the extents.
  fileprivate mutating func reducedShuffle(_ name: String, _ x: Feature, _ channels: Int) -> Feature {
    var first = depthwise("\(name).branch1.0", x, stride: 2)
    first = batchNormalization("\(name).branch1.1", first)
    first = unit(UnitNames(sequence: "\(name).branch1", from: 2), first, channels / 2, Window(1), activation: .relu)
    let second = filteredHalf("\(name).branch2", x, channels / 2, stride: 2)
    return interleaved(name, concatenate("\(name).cat", [first, second]))
  }

  private mutating func filteredHalf(_ name: String, _ x: Feature, _ channels: Int, stride: Int) -> Feature {
    var y = unit(UnitNames(sequence: name), x, channels, Window(1), activation: .relu)
    y = depthwise("\(name).3", y, stride: stride)
    y = batchNormalization("\(name).4", y)
    return unit(UnitNames(sequence: name, from: 5), y, channels, Window(1), activation: .relu)
  }

  private mutating func depthwise(_ name: String, _ x: Feature, stride: Int) -> Feature {
    convolution(name, x, x.channels, kernel: 3, stride: stride, padding: 1, groups: x.channels)
  }

  /// Channels of the halves take turns: their two axes change places.
  private mutating func interleaved(_ name: String, _ x: Feature) -> Feature {
    let shape = append("\(name).size", .shapeOf(start: 0, end: nil), inputs: [x.value])
    let ends = [(0, 1), (2, 4)].map { start, end in
      append("\(name).size_\(start)", .shapeOf(start: start, end: end), inputs: [x.value])
    }
    let halves = constant("\(name).halves", IntegerArray([2], [2, x.channels / 2]))
    let split = append("\(name).split", .concatenate(axis: 0), inputs: [ends[0], halves, ends[1]])
    var y = append("\(name).view", .reshape(Reshape()), inputs: [x.value, split])
    y = append("\(name).transpose", .transpose(permutation: [0, 2, 1, 3, 4]), inputs: [y])
    y = append("\(name).contiguous", .identity, inputs: [y])
    y = append("\(name).view_1", .reshape(Reshape()), inputs: [y, shape])
    return Feature(value: y, channels: x.channels, spatial: x.spatial)
  }
}
