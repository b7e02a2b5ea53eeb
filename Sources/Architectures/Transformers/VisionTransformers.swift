import GinghamNetworks

extension Architecture {
  /// Vision transformers by the names of torchvision, timm, the DINOv2 authors and Hugging Face (with dashes).
  static let visionTransformers =
    (torchvisionViTs + timmViTs + huggingFaceViTs + deits + thirdDeiTs + dinos).map(\.architecture)

  private static let torchvisionViTs: [VisionTransformer] = [
    (name: "b_16", size: VisionTransformer.Size.base, patch: 16, picture: PictureConvention.torchvision),
    ("b_32", .base, 32, .torchvision),
    ("l_16", .large, 16, PictureConvention(side: 224, shorterSide: 242, normalization: .imageNet)),
    ("l_32", .large, 32, .torchvision),
    ("h_14", .huge, 14, .bicubic(224, of: 224, .imageNet)),
  ].map { row in
    VisionTransformer(
      name: "vit_\(row.name)", summary: "ViT, \(row.size), patches of \(row.patch) (torchvision)", names: .torchvision,
      size: row.size, patch: row.patch, grid: 224 / row.patch, picture: row.picture)
  }

  private static let timmViTs: [VisionTransformer] = [
    (size: VisionTransformer.Size.tiny, patch: 16), (.small, 16), (.small, 32), (.base, 8), (.base, 16), (.base, 32),
    (.large, 16),
  ].map { row in
    VisionTransformer(
      name: "vit_\(row.size)_patch\(row.patch)_224", summary: "ViT, \(row.size), patches of \(row.patch) (timm)",
      names: .timm, size: row.size, patch: row.patch, grid: 224 / row.patch, picture: .bicubic(224, of: 248, .symmetric)
    )
  }

  private static let huggingFaceViTs: [VisionTransformer] = [
    (size: VisionTransformer.Size.base, patch: 16), (.base, 32), (.large, 16),
  ].map { row in
    VisionTransformer(
      name: "vit-\(row.size)-patch\(row.patch)-224",
      summary: "ViT, \(row.size), patches of \(row.patch) (Hugging Face)", names: .huggingFace("vit"), size: row.size,
      patch: row.patch, grid: 224 / row.patch, epsilon: 1e-12, antialiases: false,
      picture: PictureConvention(side: 224, shorterSide: nil, normalization: .symmetric))
  }

  // MARK: DeiT

  private static let deits: [VisionTransformer] = [VisionTransformer.Size.tiny, .small, .base].flatMap { size in
    [false, true].flatMap { isDistilled in
      let detail = isDistilled ? " with a distillation token" : ""
      // Without a second token, parameters are those of a ViT.
      var timm = VisionTransformer(
        name: "deit_\(size)\(isDistilled ? "_distilled" : "")_patch16_224", summary: "DeiT, \(size)\(detail) (timm)",
        names: .timm, size: size, patch: 16)
      timm.isVariant = !isDistilled
      var huggingFace = VisionTransformer(
        name: "deit-\(size)\(isDistilled ? "-distilled" : "")-patch16-224",
        summary: "DeiT, \(size)\(detail) (Hugging Face)", names: .huggingFace(isDistilled ? "deit" : "vit"), size: size,
        patch: 16, epsilon: 1e-12, antialiases: false)
      huggingFace.isVariant = !isDistilled && size == .base
      return [timm, huggingFace].map { row in
        var row = row
        row.isDistilled = isDistilled
        row.picture = .bicubic(224, of: row.antialiases ? 248 : 256, .imageNet)
        return row
      }
    }
  }

  private static let thirdDeiTs: [VisionTransformer] = [
    VisionTransformer.Size.small, .medium, .base, .large,
  ].map { size in
    VisionTransformer(
      name: "deit3_\(size)_patch16_224", summary: "DeiT III, \(size) (timm)", names: .timm, size: size, patch: 16,
      placesClassTokens: false, layerScale: 1e-6, picture: .bicubic(224, of: 248, .imageNet))
  }

  // MARK: DINOv2

  private static let dinos: [VisionTransformer] = [VisionTransformer.Size.small, .base, .large].flatMap { size in
    func row(_ name: String, _ library: String, _ names: VisionTransformerNames, registers: Int = 0)
      -> VisionTransformer
    {
      VisionTransformer(
        name: name, summary: "DINOv2, \(size)\(registers > 0 ? " with registers" : "") (\(library))", names: names,
        size: size, patch: 14, grid: 37, registers: registers, layerScale: 1e-5, hasHead: false,
        antialiases: registers > 0, picture: .bicubic(224, of: 256, .imageNet))
    }
    func timm(_ name: String, registers: Int = 0) -> VisionTransformer {
      var row = row(name, "timm", .timm, registers: registers)
      row.placesClassTokens = registers == 0
      row.antialiases = true
      row.picture = .bicubic(518, of: 518, .imageNet)
      return row
    }
    let authors = "dinov2_vit\("\(size)".prefix(1))14"
    // Without registers, the authors' have the parameters of timm's, which came from them.
    var plain = row(authors, "authors", .timm)
    plain.isVariant = true
    return [
      timm("vit_\(size)_patch14_dinov2"), timm("vit_\(size)_patch14_reg4_dinov2", registers: 4), plain,
      row("\(authors)_reg", "authors", .dinov2, registers: 4),
      row("dinov2-\(size)", "Hugging Face", .huggingFaceDINOv2),
      row("dinov2-with-registers-\(size)", "Hugging Face", .huggingFaceDINOv2, registers: 4),
    ]
  }
}

extension PictureConvention {
  /// What most of timm's nets take: a square cut out of a picture reduced by cubic interpolation.
  static func bicubic(_ side: Int, of shorterSide: Int, _ normalization: PixelNormalization) -> PictureConvention {
    PictureConvention(side: side, shorterSide: shorterSide, interpolation: .bicubic, normalization: normalization)
  }
}
