import GinghamNetworks
import GinghamTensors

/// The nets that can be built by name.
public enum Architectures {
  public static let all: [Architecture] =
    [.alexnet] + Architecture.vggs + Architecture.resnets + Architecture.squeezenets
    + [.googlenet, .inceptionV3, .densenet121] + Architecture.mobileNets + Architecture.efficientNets
    + Architecture.regNets + Architecture.shuffleNets
    + Architecture.convNeXts + Architecture.visionTransformers + Architecture.swinTransformers
    + [.unet, .brainUNet, .diffusionDecoder, .diffusionEncoder]
    + [.dcganGenerator, .dcganDiscriminator, .resizeGenerator, .stridedStack]

  public static let names: [String] = all.map(\.name)

  /// The most parameters a random net gets: 4 GiB of them, seven times VGG-19.
  static let parameterLimit = 1 << 30

  /// - Throws: ``ArchitectureError/unknownArchitecture(_:nearest:)`` with the names nearest to `name`.
  public static func named(_ name: String) throws -> Architecture {
    if let architecture = all.first(where: { $0.name == name }) { return architecture }
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
