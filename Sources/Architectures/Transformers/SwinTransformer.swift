import GinghamNetworks
import GinghamTensors

/// A Swin transformer (Liu et al. 2021) as a row of the table, under the names of one of the libraries that publish its
/// weights.
struct SwinTransformer: Sendable {
  let name: String
  let summary: String
  let names: SwinNames
  let width: Int
  let depths: [Int]
  /// Of the first stage; they double from stage to stage.
  let heads: Int
  /// Side of a window of attention, in patches of 4×4 pixels.
  static let window = 7
  let picture: PictureConvention

  var architecture: Architecture {
    let row = self
    return Architecture(
      name, summary, options: [.classesOrNone], picture: picture, ignoredSuffixes: names.ignored,
      witnesses: ["classes": .optionalHead(names.head)]
    ) { net, settings in net.swinTransformer(row, settings) }
  }
}

/// What a library calls the parameters of a Swin transformer.
struct SwinNames: Sendable {
  let patches: String
  let patchNorm: String
  let block: @Sendable (_ stage: Int, _ block: Int) -> String
  let perceptron: (String, String)
  /// What halves the extents in front of a stage.
  let merging: @Sendable (_ stage: Int) -> String
  let head: String
  /// Suffixes of tables that follow from the window.
  let ignored = ["relative_position_index", "attn_mask"]

  static let torchvision = SwinNames(
    patches: "features.0.0", patchNorm: "features.0.2", block: { "features.\(2 * $0 + 1).\($1)" },
    perceptron: ("mlp.0", "mlp.3"), merging: { "features.\(2 * $0)" }, head: "head")

  static let timm = SwinNames(
    patches: "patch_embed.proj", patchNorm: "patch_embed.norm", block: { "layers.\($0).blocks.\($1)" },
    perceptron: ("mlp.fc1", "mlp.fc2"), merging: { "layers.\($0).downsample" }, head: "head.fc")

  /// The authors' own, where a stage ends in what timm's next stage starts with.
  static let original = SwinNames(
    patches: timm.patches, patchNorm: timm.patchNorm, block: timm.block, perceptron: timm.perceptron,
    merging: { "layers.\($0 - 1).downsample" }, head: "head")
}

extension Architecture {
  /// Swin transformers by the names of torchvision, timm and the authors (`_original`).
  static let swinTransformers = [
    ("tiny", [2, 2, 6, 2], 96, 3, 232), ("small", [2, 2, 18, 2], 96, 3, 246), ("base", [2, 2, 18, 2], 128, 4, 238),
    ("large", [2, 2, 18, 2], 192, 6, 248),
  ].flatMap { (size: String, depths: [Int], width: Int, heads: Int, shorterSide: Int) -> [Architecture] in
    func row(_ name: String, _ library: String, _ names: SwinNames, _ shorterSide: Int) -> Architecture {
      SwinTransformer(
        name: name, summary: "Swin, \(size) (\(library))", names: names, width: width, depths: depths, heads: heads,
        picture: .bicubic(224, of: shorterSide, .imageNet)
      ).architecture
    }
    let published = [
      row("swin_\(size)_patch4_window7_224", "timm", .timm, 248),
      row("swin_\(size)_patch4_window7_224_original", "authors", .original, 256),
    ]
    guard size != "large" else { return published }
    return [row("swin_\(size.prefix(1))", "torchvision", .torchvision, shorterSide)] + published
  }
}

extension NetworkBuilder {
  /// Maps are N×H×W×C behind the patches.
  fileprivate mutating func swinTransformer(_ row: SwinTransformer, _ settings: ArchitectureSettings) -> Feature {
    let names = row.names
    linearInitialization = .normal(mean: 0, deviation: 0.02)
    convolutionInitialization = .standard
    // Which tokens may see each other depends on the extents.
    var x = picture(settings, fixesSize: true)
    x = convolution(names.patches, x, row.width, kernel: 4, stride: 4, bias: true)
    x = permute("\(names.patches).permute", x, [0, 2, 3, 1])
    x = layerNormalization(names.patchNorm, x, epsilon: 1e-5)
    for (stage, depth) in row.depths.enumerated() {
      if stage > 0 { x = mergedPatches(names.merging(stage), x) }
      for block in 0..<depth {
        x = swinBlock(
          row, names.block(stage, block), x, heads: row.heads << stage, isShifted: !block.isMultiple(of: 2))
      }
    }
    x = layerNormalization("norm", x, epsilon: 1e-5)
    let mean = append(
      "avgpool", .reduce(Reduction(.mean, axes: .listed([1, 2]), keepsDimensions: false)), [x], like: x)
    let features = Feature(value: mean.value, channels: x.channels, spatial: [])
    return settings["classes"] > 0 ? linear(names.head, features, settings["classes"]) : features
  }

  private mutating func swinBlock(
    _ row: SwinTransformer, _ name: String, _ x: Feature, heads: Int, isShifted: Bool
  ) -> Feature {
    var y = layerNormalization("\(name).norm1", x, epsilon: 1e-5)
    y = windowAttention("\(name).attn", y, heads: heads, isShifted: isShifted)
    let middle = add("\(name).add", x, y)
    y = layerNormalization("\(name).norm2", middle, epsilon: 1e-5)
    let (first, second) = row.names.perceptron
    y = perceptron(y, ("\(name).\(first)", "\(name).gelu", "\(name).\(second)"))
    return add("\(name).add_1", middle, y)
  }

  /// Attention within windows. Every other block moves them by half a window, and the map around its borders with them.
  private mutating func windowAttention(_ name: String, _ x: Feature, heads: Int, isShifted: Bool) -> Feature {
    let side = SwinTransformer.window
    let extents = x.spatial ?? [side, side]
    let padded = extents.map { ($0 + side - 1) / side * side }
    // A single window has nowhere to move to.
    let shifts = padded.map { isShifted && $0 > side ? side / 2 : 0 }
    let layout = WindowLayout(extents: padded, side: side, shifts: shifts)

    var y = x
    if padded != extents {
      let after = [0, padded[0] - extents[0], padded[1] - extents[1], 0]
      y = append("\(name).pad", .pad(Pad(mode: .constant, before: [0, 0, 0, 0], after: after)), [y], like: y)
    }
    y = rolled("\(name).shift", y, by: shifts, extents: padded)
    let (rows, columns) = (padded[0] / side, padded[1] / side)
    y = reshape("\(name).blocks", y, [0, rows, side, columns, side, x.channels])
    y = permute("\(name).partition", y, [0, 1, 3, 2, 4, 5])
    y = reshape("\(name).windows", y, [0, rows * columns, side * side, x.channels])
    y = attention(
      name, y, AttentionLayers(projections: .joined("\(name).qkv"), output: "\(name).proj"), heads: heads,
      groupAxes: 1, offsets: offsets(name, layout, heads: heads))
    y = reshape("\(name).unwindowed", y, [0, rows, columns, side, side, x.channels])
    y = permute("\(name).merge", y, [0, 1, 3, 2, 4, 5])
    y = reshape("\(name).map", y, [0, padded[0], padded[1], x.channels])
    y = rolled("\(name).unshift", y, by: zip(padded, shifts).map { $1 == 0 ? 0 : $0 - $1 }, extents: padded)
    if padded != extents {
      y = append("\(name).unpad", .slice(Slice(starts: [0, 0], ends: extents, axes: [1, 2])), [y], like: y)
    }
    return y
  }

  /// Learned offsets by relative position, and what keeps apart what only the shift around the borders brought together.
  private mutating func offsets(_ name: String, _ layout: WindowLayout, heads: Int) -> [ValueID] {
    let (side, tokens) = (layout.side, layout.side * layout.side)
    let table = parameter(
      "\(name).relative_position_bias_table", [(2 * side - 1) * (2 * side - 1), heads],
      .normal(mean: 0, deviation: 0.02))
    let places = constant("\(name).places", IntegerArray([tokens * tokens], layout.relativePositions))
    var learned = append("\(name).offsets.gathered", .gather(axis: 0), inputs: [table, places])
    learned = append(
      "\(name).offsets.view", .reshape(Reshape(shape: [tokens, tokens, heads])), inputs: [learned])
    learned = append("\(name).offsets", .transpose(permutation: [2, 0, 1]), inputs: [learned])
    return [learned] + (layout.mask.map { [constant("\(name).mask", $0)] } ?? [])
  }

  /// The map moved towards its start, its beginning behind its end.
  private mutating func rolled(_ name: String, _ x: Feature, by shifts: [Int], extents: [Int]) -> Feature {
    var y = x
    for (index, shift) in shifts.enumerated() where shift > 0 {
      let axis = index + 1
      let parts = [(shift, extents[index]), (0, shift)].enumerated().map { place, bounds in
        append(
          "\(name).\(index).\(place)", .slice(Slice(starts: [bounds.0], ends: [bounds.1], axes: [axis])),
          inputs: [y.value])
      }
      y = Feature(
        value: append("\(name).\(index)", .concatenate(axis: axis), inputs: parts), channels: x.channels,
        spatial: x.spatial)
    }
    return y
  }

  /// The features of 2×2 patches beside each other, normalized and halved.
  private mutating func mergedPatches(_ name: String, _ x: Feature) -> Feature {
    var y = x
    let extents = x.spatial ?? [2, 2]
    if extents.contains(where: { !$0.isMultiple(of: 2) }) {
      let after = [0, extents[0] % 2, extents[1] % 2, 0]
      y = append("\(name).pad", .pad(Pad(mode: .constant, before: [0, 0, 0, 0], after: after)), [y], like: y)
    }
    let parts = [(0, 0), (1, 0), (0, 1), (1, 1)].map { row, column in
      append(
        "\(name).slice\(row)\(column)",
        .slice(Slice(starts: [row, column], ends: [.max, .max], axes: [1, 2], steps: [2, 2])), inputs: [y.value])
    }
    y = Feature(
      value: append("\(name).cat", .concatenate(axis: 3), inputs: parts), channels: 4 * x.channels,
      spatial: x.spatial?.map { ($0 + 1) / 2 })
    y = layerNormalization("\(name).norm", y, epsilon: 1e-5)
    return linear("\(name).reduction", y, 2 * x.channels, bias: false)
  }
}
