import GinghamNetworks
import GinghamTensors

/// A well-known net that can be built by name.
public struct Architecture: Sendable {
  /// An integer that a specification may set, as in `dcgan_discriminator?kernel=5`.
  public struct Option: Hashable, Sendable {
    /// As the query has it.
    public let name: String
    /// Where the query says nothing.
    public let standard: Int
    /// What it may be.
    public let range: ClosedRange<Int>
    /// For help texts.
    public let summary: String

    /// With the properties of the same names.
    public init(_ name: String, _ standard: Int, in range: ClosedRange<Int>, _ summary: String) {
      self.name = name
      self.standard = standard
      self.range = range
      self.summary = summary
    }
  }

  /// As it is asked for, such as `resnet50`.
  public let name: String
  /// For help texts: authors, year and what is special.
  public let summary: String
  /// What a query may set beside seed and size.
  public let options: [Option]
  /// How the authors' pictures became inputs; `nil` for generators, which start from a latent vector.
  public let picture: PictureConvention?
  /// Whether parameters alone never point here, because another architecture has the same ones.
  public let isVariant: Bool
  /// Prefixes of parameters that checkpoints hold and inference does not use.
  public let ignoredPrefixes: [String]
  /// Suffixes of the same.
  public let ignoredSuffixes: [String]
  /// Option → the parameter whose extent along an axis tells it, for files.
  let witnesses: [String: Witness]
  let build: @Sendable (inout NetworkBuilder, ArchitectureSettings) -> Feature

  struct Witness: Sendable {
    let parameter: String
    let axis: Int
    /// The option's value where the file does not have the parameter; `nil`: what is standard.
    var absent: Int?
    /// The option's value from the extent; `nil` where no value has that extent.
    var value: @Sendable (Int) -> Int? = { $0 }
  }

  init(
    _ name: String, _ summary: String, options: [Option] = [], picture: PictureConvention? = .torchvision,
    isVariant: Bool = false, ignoredPrefixes: [String] = [], ignoredSuffixes: [String] = [],
    witnesses: [String: Witness] = [:],
    build: @escaping @Sendable (inout NetworkBuilder, ArchitectureSettings) -> Feature
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.picture = picture
    self.isVariant = isVariant
    self.ignoredPrefixes = ignoredPrefixes
    self.ignoredSuffixes = ["num_batches_tracked"] + ignoredSuffixes
    self.witnesses = witnesses
    self.build = build
  }

  /// The layers for a specification of this architecture.
  ///
  /// - Throws: ``ArchitectureError`` where the specification names an unknown option or one out of its range.
  public func blueprint(_ specification: ArchitectureSpecification) throws -> Blueprint {
    let settings = try ArchitectureSettings(specification, for: self)
    var builder = NetworkBuilder(name: name)
    let output = build(&builder, settings)
    return builder.blueprint(output: output)
  }

  /// A file's parameters without those that inference does not use.
  public func relevant<Value>(_ parameters: [String: Value]) -> [String: Value] {
    parameters.filter { name, _ in
      !ignoredSuffixes.contains { name.hasSuffix($0) } && !ignoredPrefixes.contains { name.hasPrefix($0) }
    }
  }
}

extension Architecture.Option {
  /// The number of outputs of a classifier.
  static let classes = Architecture.Option("classes", 1000, in: 1...1_000_000, "number of classes")
  /// The same where nets are also published without the layer that scores classes.
  static let classesOrNone = Architecture.Option(
    "classes", 1000, in: 0...1_000_000, "number of classes; 0: features alone")
}
