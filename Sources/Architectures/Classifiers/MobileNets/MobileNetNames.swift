/// What a library calls the layers of a net of inverted residuals.
struct MobileNetNames: Sendable {
  enum Part: Sendable {
    case widening, filtering, narrowing
    /// What widens and filters at once, and what narrows behind it.
    case fused, fusedNarrowing
  }

  let stem: UnitNames
  /// A block by its stage, its place in the stage and its place among all blocks.
  let block: @Sendable (_ stage: Int, _ place: Int, _ index: Int) -> String
  /// A part of a block by its place among the parts, and whether the block is widened.
  let unit: @Sendable (_ block: String, _ part: Part, _ place: Int, _ isExpanded: Bool) -> UnitNames
  var excitation: @Sendable (_ block: String, _ place: Int) -> ExcitationNames = {
    .torchvision("\($0).block.\($1)")
  }
  /// What drops a branch in training, where it is a module.
  var dropped: String?
  /// The last convolution, by the numbers of stages and blocks in front of it.
  let last: @Sendable (_ stages: Int, _ blocks: Int) -> UnitNames
  let pool: String
  /// `nil`: the pool drops the spatial axes itself.
  var flatten: String? = "flatten"
  /// The dense layer or 1×1 convolution between the pool and the classes, where there is one, and its activation.
  var hidden = (layer: "classifier.0", activation: "classifier.1")
  let dropout: String
  let classifier: String

  /// torchvision's EfficientNets, whose stages are sequences.
  static let efficientNet = MobileNetNames(
    stem: UnitNames(sequence: "features.0"), block: { stage, place, _ in "features.\(stage + 1).\(place)" },
    unit: { block, _, place, _ in UnitNames(sequence: "\(block).block.\(place)") },
    dropped: "stochastic_depth.stochastic_depth",
    last: { stages, _ in UnitNames(sequence: "features.\(stages + 1)") }, pool: "avgpool",
    dropout: "classifier.0", classifier: "classifier.1")

  /// torchvision's MobileNetV3, whose blocks stand in one sequence.
  static let mobileNetV3 = MobileNetNames(
    stem: efficientNet.stem, block: { _, _, index in "features.\(index + 1)" }, unit: efficientNet.unit,
    last: { _, blocks in UnitNames(sequence: "features.\(blocks + 1)") }, pool: "avgpool", dropout: "classifier.2",
    classifier: "classifier.3")

  static let mobileNetV2 = MobileNetNames(
    stem: efficientNet.stem, block: mobileNetV3.block,
    unit: { block, part, place, _ in
      part == .narrowing
        ? UnitNames(sequence: "\(block).conv", from: place) : UnitNames(sequence: "\(block).conv.\(place)")
    },
    last: mobileNetV3.last, pool: "adaptive_avg_pool2d", dropout: "classifier.0", classifier: "classifier.1")

  /// torchvision's MNASNet: what stands in front of its six stacks is not in sequences of its own.
  static let mnasNet = MobileNetNames(
    stem: UnitNames(sequence: "layers"),
    block: { stage, place, _ in stage == 0 ? "layers" : "layers.\(stage + 7).\(place)" },
    unit: { block, _, place, isExpanded in
      isExpanded
        ? UnitNames(sequence: "\(block).layers", from: 3 * place) : UnitNames(sequence: block, from: 3 * place + 3)
    },
    last: { stages, _ in UnitNames(sequence: "layers", from: stages + 7) }, pool: "mean", flatten: nil,
    dropout: "classifier.0", classifier: "classifier.1")

  /// timm's, where activations are parts of the normalizations.
  static let timm = MobileNetNames(
    stem: .timm("conv_stem", "bn1"), block: { stage, place, _ in "blocks.\(stage).\(place)" },
    unit: { block, part, _, isExpanded in
      switch (part, isExpanded) {
      case (.widening, _): .timm("\(block).conv_pw", "\(block).bn1")
      case (.filtering, true): .timm("\(block).conv_dw", "\(block).bn2")
      case (.filtering, false): .timm("\(block).conv_dw", "\(block).bn1")
      case (.narrowing, true): .timm("\(block).conv_pwl", "\(block).bn3")
      case (.narrowing, false): .timm("\(block).conv_pw", "\(block).bn2")
      case (.fused, true): .timm("\(block).conv_exp", "\(block).bn1")
      case (.fused, false): .timm("\(block).conv", "\(block).bn1")
      case (.fusedNarrowing, _): .timm("\(block).conv_pwl", "\(block).bn2")
      }
    },
    excitation: { block, _ in .timm("\(block).se") }, last: { _, _ in .timm("conv_head", "bn2") },
    pool: "global_pool", dropout: "drop", classifier: "classifier")

  /// timm's MobileNetV3, where the last convolution is a stage and the dense layer behind the pool is a convolution.
  static let timmMobileNetV3 = MobileNetNames(
    stem: timm.stem, block: timm.block, unit: timm.unit, excitation: timm.excitation,
    last: { stages, _ in .timm("blocks.\(stages).0.conv", "blocks.\(stages).0.bn1") }, pool: "global_pool",
    hidden: ("conv_head", "act2"), dropout: "drop", classifier: "classifier")

  /// The first PyTorch port of EfficientNet.
  static let port = MobileNetNames(
    stem: UnitNames("_conv_stem", "_bn0", "_relu"), block: { _, _, index in "_blocks.\(index)" },
    unit: { block, part, _, isExpanded in
      switch part {
      case .widening, .fused: UnitNames("\(block)._expand_conv", "\(block)._bn0", "\(block)._relu")
      case .filtering:
        UnitNames("\(block)._depthwise_conv", "\(block)._bn1", isExpanded ? "\(block)._relu_1" : "\(block)._relu")
      case .narrowing, .fusedNarrowing: UnitNames("\(block)._project_conv", "\(block)._bn2", "")
      }
    },
    last: { _, _ in UnitNames("_conv_head", "_bn1", "_relu_1") }, pool: "_avg_pooling", dropout: "_dropout",
    classifier: "_fc")
}

extension UnitNames {
  static func timm(_ convolution: String, _ norm: String) -> UnitNames {
    UnitNames(convolution, norm, "\(norm).act")
  }
}
