import GinghamNetworks
import GinghamTensors

extension Architecture {
  /// The decoder of Stable Diffusion's variational autoencoder (Rombach et al. 2022) by diffusers' names: from latents
  /// of unit variance to pixels in 0…1, eight times as wide. Three times it enlarges by repeating pixels, with a 3×3
  /// convolution behind.
  static let diffusionDecoder = Architecture(
    "stable_diffusion_vae_decoder", "decoder of Stable Diffusion's autoencoder (diffusers)",
    options: [
      Option("side", 64, in: 1...1024, "side of the latent map; pictures are eight times as wide"),
      Option(
        "scaling", 18215, in: 1...10_000_000, "latents are divided by this many 10⁻⁵: 18215 for 1 and 2, 13025 for XL"),
      Option("latent", 4, in: 1...64, "channels of the latent map"), .width,
    ],
    picture: nil, ignoredPrefixes: ["encoder.", "quant_conv."],
    witnesses: [
      "latent": Witness(parameter: "post_quant_conv.weight", axis: 1),
      "width": Witness(parameter: "decoder.conv_norm_out.weight", axis: 0),
    ]
  ) { net, settings in
    net.startAutoencoder()
    let (width, latent) = (settings["width"], settings["latent"])
    var x = net.latent(channels: latent, side: settings["side"])
    let scale = [Float](repeating: 1e5 / Float(settings["scaling"]), count: latent)
    x = net.pixelNormalization(
      "scaling", x,
      PixelNormalization(source: Array(0..<latent), scale: scale, shift: [Float](repeating: 0, count: latent)))
    x = net.convolution("post_quant_conv", x, latent, kernel: 1, bias: true)
    x = net.convolution("decoder.conv_in", x, 4 * width, kernel: 3, padding: 1, bias: true)
    x = net.middleBlock("decoder.mid_block", x)
    for (stage, channels) in [4 * width, 4 * width, 2 * width, width].enumerated() {
      let name = "decoder.up_blocks.\(stage)"
      for block in 0..<3 { x = net.residual("\(name).resnets.\(block)", x, channels) }
      guard stage < 3 else { continue }
      x = net.upsampleNearest("\(name).upsamplers.0.interpolate", x, scale: 2)
      x = net.convolution("\(name).upsamplers.0.conv", x, channels, kernel: 3, padding: 1, bias: true)
    }
    x = net.activatedOutput("decoder", x, 3)
    return net.pixels(x)
  }

  /// The encoder of the same: from pixels to mean and logarithm of the variance of the latents, at an eighth of the
  /// extents. Files that hold both are taken for the decoder.
  static let diffusionEncoder = Architecture(
    "stable_diffusion_vae_encoder", "encoder of Stable Diffusion's autoencoder (diffusers)",
    options: [Option("latent", 4, in: 1...64, "channels of the latent map"), .width],
    picture: PictureConvention(side: 512, shorterSide: 512, normalization: .symmetric), isVariant: true,
    ignoredPrefixes: ["decoder.", "post_quant_conv."],
    witnesses: [
      "latent": Witness(parameter: "quant_conv.weight", axis: 0) { $0 / 2 },
      "width": Witness(parameter: "encoder.conv_in.weight", axis: 0),
    ]
  ) { net, settings in
    net.startAutoencoder()
    let (width, latent) = (settings["width"], settings["latent"])
    var x = net.picture(settings)
    x = net.convolution("encoder.conv_in", x, width, kernel: 3, padding: 1, bias: true)
    for (stage, channels) in [width, 2 * width, 4 * width, 4 * width].enumerated() {
      let name = "encoder.down_blocks.\(stage)"
      for block in 0..<2 { x = net.residual("\(name).resnets.\(block)", x, channels) }
      guard stage < 3 else { continue }
      // One row and one column of zeros behind the map.
      let window = Window(kernel: [3, 3], strides: [2, 2], padding: .explicit(before: [0, 0], after: [1, 1]))
      x = net.convolution("\(name).downsamplers.0.conv", x, channels, window, bias: true)
    }
    x = net.middleBlock("encoder.mid_block", x)
    x = net.activatedOutput("encoder", x, 2 * latent)
    return net.convolution("quant_conv", x, 2 * latent, kernel: 1, bias: true)
  }
}

extension Architecture.Option {
  fileprivate static let width = Architecture.Option(
    "width", 128, in: 32...1024, "channels next to the picture, a multiple of 32")
}

extension NetworkBuilder {
  fileprivate mutating func startAutoencoder() {
    convolutionInitialization = .standard
    linearInitialization = .standard
  }

  private mutating func activatedNorm(_ name: String, _ activation: String, _ x: Feature) -> Feature {
    let y = groupNormalization(name, x, groups: 32, epsilon: 1e-6)
    return pointwise(activation, y, .silu)
  }

  fileprivate mutating func activatedOutput(_ name: String, _ x: Feature, _ channels: Int) -> Feature {
    let y = activatedNorm("\(name).conv_norm_out", "\(name).conv_act", x)
    return convolution("\(name).conv_out", y, channels, kernel: 3, padding: 1, bias: true)
  }

  fileprivate mutating func residual(_ name: String, _ x: Feature, _ channels: Int) -> Feature {
    var y = activatedNorm("\(name).norm1", "\(name).nonlinearity", x)
    y = convolution("\(name).conv1", y, channels, kernel: 3, padding: 1, bias: true)
    y = activatedNorm("\(name).norm2", "\(name).nonlinearity_1", y)
    y = convolution("\(name).conv2", y, channels, kernel: 3, padding: 1, bias: true)
    let shortcut =
      x.channels == channels ? x : convolution("\(name).conv_shortcut", x, channels, kernel: 1, bias: true)
    return add("\(name).add", shortcut, y)
  }

  /// Attention among all positions between two residual blocks.
  fileprivate mutating func middleBlock(_ name: String, _ x: Feature) -> Feature {
    let before = residual("\(name).resnets.0", x, x.channels)
    let attending = "\(name).attentions.0"
    var y = groupNormalization("\(attending).group_norm", before, groups: 32, epsilon: 1e-6)
    y = reshape("\(attending).flat", y, [0, 0, -1])
    y = permute("\(attending).transpose", y, [0, 2, 1])
    let layers = AttentionLayers(
      projections: .separate(query: "\(attending).to_q", key: "\(attending).to_k", value: "\(attending).to_v"),
      output: "\(attending).to_out.0")
    y = attention(attending, y, layers, heads: 1)
    y = permute("\(attending).transpose_1", y, [0, 2, 1])
    let shape = append("\(attending).shape", .shapeOf(start: 0, end: nil), inputs: [before.value])
    let map = append("\(attending).map", .reshape(Reshape()), inputs: [y.value, shape])
    let attended = Feature(value: map, channels: x.channels, spatial: x.spatial)
    return residual("\(name).resnets.1", add("\(attending).add", before, attended), x.channels)
  }
}
