import GinghamNetworks

extension Architecture {
  /// Vision transformers by the names of torchvision, timm, the DINOv2 authors and Hugging Face (with dashes).
  static let visionTransformers = (vits + deits + dinos).map(\.architecture)

  private static let vits: [VisionTransformer] =
    [
      ("b_16", .base, 16, 14, .torchvision), ("b_32", .base, 32, 7, .torchvision),
      ("l_16", .large, 16, 14, PictureConvention(side: 224, shorterSide: 242, normalization: .imageNet)),
      ("l_32", .large, 32, 7, .torchvision),
      ("h_14", .huge, 14, 16, PictureConvention.bicubic(224, of: 224, .imageNet)),
    ].map { name, size, patch, grid, picture in
      VisionTransformer(
        name: "vit_\(name)", summary: "ViT, \(size), patches of \(patch) (torchvision)", names: .torchvision,
        size: size, patch: patch, grid: grid, picture: picture)
    }
    + [
      ("tiny", .tiny, 16), ("small", .small, 16), ("small", .small, 32), ("base", .base, 8), ("base", .base, 16),
      ("base", .base, 32), ("large", .large, 16),
    ].map { (name: String, size: VisionTransformer.Size, patch: Int) in
      VisionTransformer(
        name: "vit_\(name)_patch\(patch)_224", summary: "ViT, \(name), patches of \(patch) (timm)", names: .timm,
        size: size, patch: patch, grid: 224 / patch, picture: .bicubic(224, of: 248, .symmetric))
    }
    + [("base", .base, 16), ("base", .base, 32), ("large", .large, 16)].map { name, size, patch in
      VisionTransformer(
        name: "vit-\(name)-patch\(patch)-224", summary: "ViT, \(name), patches of \(patch) (Hugging Face)",
        names: .huggingFace("vit"), size: size, patch: patch, grid: 224 / patch, epsilon: 1e-12, antialiases: false,
        picture: PictureConvention(side: 224, shorterSide: nil, normalization: .symmetric))
    }

  private static let deits: [VisionTransformer] =
    [("tiny", .tiny), ("small", .small), ("base", .base)].flatMap { (name: String, size: VisionTransformer.Size) in
      [false, true].flatMap { isDistilled in
        let detail = isDistilled ? " with a distillation token" : ""
        let picture = PictureConvention.bicubic(224, of: 248, .imageNet)
        // Without a second token, parameters are those of a ViT.
        return [
          VisionTransformer(
            name: "deit_\(name)\(isDistilled ? "_distilled" : "")_patch16_224",
            summary: "DeiT, \(name)\(detail) (timm)", names: .timm, size: size, patch: 16, isDistilled: isDistilled,
            picture: picture, isVariant: !isDistilled),
          VisionTransformer(
            name: "deit-\(name)\(isDistilled ? "-distilled" : "")-patch16-224",
            summary: "DeiT, \(name)\(detail) (Hugging Face)", names: .huggingFace(isDistilled ? "deit" : "vit"),
            size: size, patch: 16, isDistilled: isDistilled, epsilon: 1e-12, antialiases: false, picture: picture,
            isVariant: !isDistilled && name == "base"),
        ]
      }
    }
    + [("small", .small), ("medium", .medium), ("base", .base), ("large", .large)].map { name, size in
      VisionTransformer(
        name: "deit3_\(name)_patch16_224", summary: "DeiT III, \(name) (timm)", names: .timm, size: size, patch: 16,
        placesClassTokens: false, layerScale: 1e-6, picture: .bicubic(224, of: 248, .imageNet))
    }

  private static let dinos: [VisionTransformer] = [("small", .small), ("base", .base), ("large", .large)]
    .flatMap { (name: String, size: VisionTransformer.Size) in
      func row(
        _ rowName: String, _ library: String, _ names: VisionTransformerNames, registers: Int = 0,
        placesClassTokens: Bool = true, antialiases: Bool, picture: PictureConvention, isVariant: Bool = false
      ) -> VisionTransformer {
        let detail = registers > 0 ? " with registers" : ""
        return VisionTransformer(
          name: rowName, summary: "DINOv2, \(name)\(detail) (\(library))", names: names, size: size, patch: 14,
          grid: 37, registers: registers, placesClassTokens: placesClassTokens, layerScale: 1e-5, hasHead: false,
          antialiases: antialiases, picture: picture, isVariant: isVariant)
      }
      let (full, small) = (
        PictureConvention.bicubic(518, of: 518, .imageNet), PictureConvention.bicubic(224, of: 256, .imageNet)
      )
      let letter = name.prefix(1)
      return [
        row("vit_\(name)_patch14_dinov2", "timm", .timm, antialiases: true, picture: full),
        row(
          "vit_\(name)_patch14_reg4_dinov2", "timm", .timm, registers: 4, placesClassTokens: false, antialiases: true,
          picture: full),
        // The authors' have the parameters of timm's, which came from them.
        row("dinov2_vit\(letter)14", "authors", .timm, antialiases: false, picture: small, isVariant: true),
        row(
          "dinov2_vit\(letter)14_reg", "authors", .dinov2, registers: 4, antialiases: true, picture: small),
        row("dinov2-\(name)", "Hugging Face", .huggingFaceDINOv2, antialiases: false, picture: small),
        row(
          "dinov2-with-registers-\(name)", "Hugging Face", .huggingFaceDINOv2, registers: 4, antialiases: true,
          picture: small),
      ]
    }
}
