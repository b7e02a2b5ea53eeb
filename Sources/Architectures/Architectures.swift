import GinghamNetworks
import GinghamTensors

/// The nets that can be built by name.
public enum Architectures {
  /// Nets of one design, under the name of the design.
  public struct Family: Sendable {
    /// What lists call it.
    public let name: String
    /// Its architectures, the smallest first.
    public let members: [Architecture]
  }

  /// Every built-in family.
  public static let families: [Family] = [
    ("alexnet", [.alexnet]), ("vgg", Architecture.vggs), ("resnet", Architecture.resnets),
    ("squeezenet", Architecture.squeezenets), ("inception", [.googlenet, .inceptionV3]),
    ("densenet", [.densenet121]), ("mobilenet", Architecture.mobileNets), ("efficientnet", Architecture.efficientNets),
    ("regnet", Architecture.regNets), ("shufflenet", Architecture.shuffleNets), ("convnext", Architecture.convNeXts),
    ("vit", Architecture.visionTransformers), ("swin", Architecture.swinTransformers),
    ("unet", [.unet, .brainUNet]), ("stable_diffusion_vae", [.diffusionDecoder, .diffusionEncoder]),
    ("generator", [.dcganGenerator, .dcganDiscriminator, .resizeGenerator]), ("example", [.stridedStack]),
  ].map(Family.init)

  /// Every built-in architecture.
  public static let all: [Architecture] = families.flatMap(\.members)

  /// Of every built-in architecture.
  public static let names: [String] = all.map(\.name)

  /// The most parameters a random net gets: 4 GiB of them, seven times VGG-19.
  static let parameterLimit = 1 << 30

  /// - Throws: ``ArchitectureError/unknownArchitecture(_:nearest:)`` with the names nearest to `name`, or, where it names
  ///   a family, with all of that.
  public static func named(_ name: String) throws -> Architecture {
    if let architecture = all.first(where: { $0.name == name }) { return architecture }
    if let family = families.first(where: { $0.name == name.lowercased() }) {
      throw ArchitectureError.unknownArchitecture(name, nearest: family.members.map(\.name))
    }
    throw ArchitectureError.unknownArchitecture(name, nearest: NearestNames.nearest(to: name, among: names))
  }

  /// A net with random parameters drawn from the specification's seed.
  ///
  /// - Throws: ``ArchitectureError`` where the specification does not fit an architecture or asks for too large a net.
  public static func network(_ specification: ArchitectureSpecification) throws -> Network {
    let blueprint = try named(specification.name).blueprint(specification)
    guard blueprint.parameterCount <= parameterLimit else {
      throw ArchitectureError.tooLarge(specification.name, parameterCount: blueprint.parameterCount)
    }
    return blueprint.network(seed: specification.seed)
  }

  /// A net with random parameters, from text such as `random:resnet50?seed=3`.
  ///
  /// - Throws: ``ArchitectureError`` where the text names no architecture or option.
  public static func network(parsing text: String) throws -> Network {
    try network(ArchitectureSpecification(parsing: text))
  }
}
