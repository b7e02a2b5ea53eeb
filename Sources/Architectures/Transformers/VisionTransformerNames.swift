/// What a library calls the parameters of a vision transformer.
struct VisionTransformerNames: Sendable {
  struct Layers: Sendable {
    /// In front of the attention and in front of the perceptron.
    let norms: (String, String)
    let perceptron: (String, String)
    var scales = ("ls1.gamma", "ls2.gamma")
    /// The attention's layers of a block.
    let attention: @Sendable (_ block: String) -> AttentionLayers
  }

  let patches: String
  let classToken: String
  let positions: String
  let block: @Sendable (Int) -> String
  let layers: Layers
  let norm: String
  var head = "head"
  var registers = "reg_token"
  var distillationToken = "dist_token"
  var distillationHead = "head_dist"
  /// Prefixes of parameters that no class depends on.
  var ignored: [String] = []
  var linearInitialization = ParameterInitialization.normal(mean: 0, deviation: 0.02)
  var patchInitialization = ParameterInitialization.normal(mean: 0, deviation: 0.02)
  var tokenInitialization = ParameterInitialization.normal(mean: 0, deviation: 0.02)

  static let torchvision = VisionTransformerNames(
    patches: "conv_proj", classToken: "class_token", positions: "encoder.pos_embedding",
    block: { "encoder.layers.encoder_layer_\($0)" },
    layers: Layers(norms: ("ln_1", "ln_2"), perceptron: ("mlp.0", "mlp.3")) { block in
      AttentionLayers(
        projections: .joined("\(block).self_attention.in_proj", parameters: "\(block).self_attention.in_proj_"),
        output: "\(block).self_attention.out_proj", outputInitialization: .standard)
    },
    norm: "encoder.ln", head: "heads.head", linearInitialization: .glorot,
    patchInitialization: .normalFanIn(gain: 1))

  /// timm's, which are also those of the DeiT and DINOv2 authors: the latter's training token is ignored.
  static let timm = VisionTransformerNames(
    patches: "patch_embed.proj", classToken: "cls_token", positions: "pos_embed", block: { "blocks.\($0)" },
    layers: Layers(norms: ("norm1", "norm2"), perceptron: ("mlp.fc1", "mlp.fc2")) { block in
      AttentionLayers(projections: .joined("\(block).attn.qkv"), output: "\(block).attn.proj")
    },
    norm: "norm", ignored: ["mask_token"])

  /// The DINOv2 authors' where they have registers.
  static let dinov2: VisionTransformerNames = {
    var names = timm
    names.registers = "register_tokens"
    return names
  }()

  /// Hugging Face's ViT and DeiT, whose layers stand below `model`.
  static func huggingFace(_ model: String) -> VisionTransformerNames {
    VisionTransformerNames(
      patches: "\(model).embeddings.patch_embeddings.projection", classToken: "\(model).embeddings.cls_token",
      positions: "\(model).embeddings.position_embeddings", block: { "\(model).encoder.layer.\($0)" },
      layers: Layers(
        norms: ("layernorm_before", "layernorm_after"), perceptron: ("intermediate.dense", "output.dense"),
        attention: huggingFaceAttention),
      norm: "\(model).layernorm", head: model == "deit" ? "cls_classifier" : "classifier",
      distillationToken: "\(model).embeddings.distillation_token", distillationHead: "distillation_classifier",
      ignored: ["\(model).embeddings.mask_token", "\(model).pooler."])
  }

  /// Hugging Face's DINOv2, with and without registers.
  static let huggingFaceDINOv2 = VisionTransformerNames(
    patches: "embeddings.patch_embeddings.projection", classToken: "embeddings.cls_token",
    positions: "embeddings.position_embeddings", block: { "encoder.layer.\($0)" },
    layers: Layers(
      norms: ("norm1", "norm2"), perceptron: ("mlp.fc1", "mlp.fc2"),
      scales: ("layer_scale1.lambda1", "layer_scale2.lambda1"), attention: huggingFaceAttention),
    norm: "layernorm", registers: "embeddings.register_tokens", ignored: ["embeddings.mask_token"])

  @Sendable private static func huggingFaceAttention(_ block: String) -> AttentionLayers {
    let prefix = "\(block).attention.attention"
    return AttentionLayers(
      projections: .separate(query: "\(prefix).query", key: "\(prefix).key", value: "\(prefix).value"),
      output: "\(block).attention.output.dense")
  }
}
