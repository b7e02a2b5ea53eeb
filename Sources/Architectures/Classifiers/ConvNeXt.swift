import GinghamNetworks
import GinghamTensors

/// A ConvNeXt (Liu et al. 2022) as a row of the table, under the names of one of the libraries that publish its weights.
struct ConvNeXt: Sendable {
  let name: String
  let summary: String
  let names: ConvNeXtNames
  let depths: [Int]
  let width: Int
  /// Whether the perceptrons of the blocks are 1×1 convolutions.
  var convolves = false
  var finalEpsilon: Float = 1e-6
  let picture: PictureConvention
  var isVariant = false

  var architecture: Architecture {
    let row = self
    return Architecture(
      name, summary, options: [.classesOrNone], picture: picture, isVariant: isVariant,
      witnesses: ["classes": .optionalHead(names.head)]
    ) { net, settings in net.convNeXt(row, settings) }
  }
}

/// What a library calls the parameters of a ConvNeXt.
struct ConvNeXtNames: Sendable {
  let stem: (convolution: String, norm: String)
  /// In front of a stage: norm and convolution.
  let reduction: @Sendable (_ stage: Int) -> (norm: String, convolution: String)
  let block: @Sendable (_ stage: Int, _ block: Int) -> String
  /// Parts of a block: convolution, turn, norm, dense layer, activation, dense layer, turn back, and what drops it in
  /// training.
  let parts: [String]
  let scale: String
  /// Whether the learned factors are stored as C×1×1.
  var storesScaleAsMap = false
  var flatten = "flatten"
  let norm: String
  let head: String

  static let torchvision = ConvNeXtNames(
    stem: ("features.0.0", "features.0.1"),
    reduction: { ("features.\(2 * $0).0", "features.\(2 * $0).1") },
    block: { "features.\(2 * $0 + 1).\($1)" },
    parts: ["0", "1.permute", "2", "3", "4", "5", "6.permute"].map { "block.\($0)" }
      + ["stochastic_depth.stochastic_depth"], scale: "layer_scale", storesScaleAsMap: true,
    flatten: "classifier.1", norm: "classifier.0", head: "classifier.2")

  static let timm = ConvNeXtNames(
    stem: ("stem.0", "stem.1"), reduction: { ("stages.\($0).downsample.0", "stages.\($0).downsample.1") },
    block: { "stages.\($0).blocks.\($1)" },
    parts: ["conv_dw", "permute", "norm", "mlp.fc1", "mlp.act", "mlp.fc2", "permute_1", "drop_path"], scale: "gamma",
    norm: "head.norm", head: "head.fc")

  /// The authors' own.
  static let original = ConvNeXtNames(
    stem: ("downsample_layers.0.0", "downsample_layers.0.1"),
    reduction: { ("downsample_layers.\($0).0", "downsample_layers.\($0).1") }, block: { "stages.\($0).\($1)" },
    parts: ["dwconv", "permute", "norm", "pwconv1", "act", "pwconv2", "permute_1", "drop_path"], scale: "gamma",
    norm: "norm",
    head: "head")

  static let huggingFace = ConvNeXtNames(
    stem: ("convnext.embeddings.patch_embeddings", "convnext.embeddings.layernorm"),
    reduction: {
      let layer = "convnext.encoder.stages.\($0).downsampling_layer"
      return ("\(layer).0", "\(layer).1")
    },
    block: { "convnext.encoder.stages.\($0).layers.\($1)" },
    parts: ["dwconv", "permute", "layernorm", "pwconv1", "act", "pwconv2", "permute_1", "drop_path"],
    scale: "layer_scale_parameter", norm: "convnext.layernorm", head: "classifier")
}

extension Architecture {
  /// ConvNeXt by the names of torchvision (plain), timm (`_timm` where torchvision has the name), the authors
  /// (`_original`) and Hugging Face (with dashes).
  static let convNeXts = (published + small).map(\.architecture)

  private static let published: [ConvNeXt] = [
    ("tiny", [3, 3, 9, 3], 96, 236), ("small", [3, 3, 27, 3], 96, 230), ("base", [3, 3, 27, 3], 128, 232),
    ("large", [3, 3, 27, 3], 192, 232),
  ].flatMap { (size: String, depths: [Int], width: Int, shorterSide: Int) -> [ConvNeXt] in
    func row(
      _ name: String, _ library: String, _ names: ConvNeXtNames, finalEpsilon: Float = 1e-6,
      picture: PictureConvention = .bicubic(224, of: 256, .imageNet)
    ) -> ConvNeXt {
      ConvNeXt(
        name: name, summary: "ConvNeXt, \(size) (\(library))", names: names, depths: depths, width: width,
        finalEpsilon: finalEpsilon, picture: picture)
    }
    return [
      row(
        "convnext_\(size)", "torchvision", .torchvision,
        picture: PictureConvention(side: 224, shorterSide: shorterSide, normalization: .imageNet)),
      row("convnext_\(size)_timm", "timm", .timm),
      row("convnext_\(size)_original", "authors", .original),
      row("convnext-\(size)-224", "Hugging Face", .huggingFace, finalEpsilon: 1e-12),
    ]
  }

  /// Sizes below the paper's.
  private static let small: [ConvNeXt] = [
    ("atto", [2, 2, 6, 2], 40), ("femto", [2, 2, 6, 2], 48), ("pico", [2, 2, 6, 2], 64), ("nano", [2, 2, 8, 2], 80),
  ].map { (size: String, depths: [Int], width: Int) in
    ConvNeXt(
      name: "convnext_\(size)", summary: "ConvNeXt, \(size) (timm)", names: .timm, depths: depths, width: width,
      convolves: true, picture: .bicubic(224, of: 256, .imageNet))
  }
}

extension NetworkBuilder {
  fileprivate mutating func convNeXt(_ row: ConvNeXt, _ settings: ArchitectureSettings) -> Feature {
    linearInitialization = .normal(mean: 0, deviation: 0.02)
    convolutionInitialization = .normal(mean: 0, deviation: 0.02)
    let names = row.names
    var x = picture(settings)
    x = convolution(names.stem.convolution, x, row.width, kernel: 4, stride: 4, bias: true)
    x = channelNormalization(names.stem.norm, x, epsilon: 1e-6)
    for (stage, depth) in row.depths.enumerated() {
      if stage > 0 {
        let reduction = names.reduction(stage)
        x = channelNormalization(reduction.norm, x, epsilon: 1e-6)
        x = convolution(reduction.convolution, x, row.width << stage, kernel: 2, stride: 2, bias: true)
      }
      for block in 0..<depth { x = convNeXtBlock(row, names.block(stage, block), x) }
    }
    x = globalAveragePool("avgpool", x)
    x = channelNormalization(names.norm, x, epsilon: row.finalEpsilon)
    x = flatten(names.flatten, x)
    return settings["classes"] > 0 ? linear(names.head, x, settings["classes"]) : x
  }

  private mutating func convNeXtBlock(_ row: ConvNeXt, _ name: String, _ x: Feature) -> Feature {
    let parts = row.names.parts.map { "\(name).\($0)" }
    var y = convolution(parts[0], x, x.channels, kernel: 7, padding: 3, groups: x.channels, bias: true)
    if row.convolves {
      y = channelNormalization(parts[2], y, epsilon: 1e-6)
      y = convolution(parts[3], y, 4 * x.channels, kernel: 1, bias: true)
      y = gelu(parts[4], y)
      y = convolution(parts[5], y, x.channels, kernel: 1, bias: true)
    } else {
      y = permute(parts[1], y, [0, 2, 3, 1])
      y = layerNormalization(parts[2], y, epsilon: 1e-6)
      y = perceptron(y, (parts[3], parts[4], parts[5]))
      y = permute(parts[6], y, [0, 3, 1, 2])
    }
    let map: Shape = [x.channels, 1, 1]
    y = layerScale(
      "\(name).mul", y, parameter: "\(name).\(row.names.scale)", initially: 1e-6,
      shape: row.names.storesScaleAsMap ? map : [x.channels], seenAs: map)
    y = identity(parts[7], y)
    return add("\(name).add", y, x)
  }
}
