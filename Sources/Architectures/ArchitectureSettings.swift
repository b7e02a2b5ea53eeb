import GinghamTensors
import GinghamNetworks

/// A specification with every default filled in, as a builder reads it.
struct ArchitectureSettings: Sendable {
  private let options: [String: Int]
  private(set) var convention: PictureConvention
  private let overridesNormalization: Bool
  private let overridesSize: Bool
  private(set) var size: PictureSize

  init(_ specification: ArchitectureSpecification, for architecture: Architecture) throws {
    var options = Dictionary(uniqueKeysWithValues: architecture.options.map { ($0.name, $0.standard) })
    for (name, value) in specification.options.sorted(by: { $0.key < $1.key }) {
      guard let option = architecture.options.first(where: { $0.name == name }) else {
        throw ArchitectureError.unknownOption(
          name, architecture: architecture.name, known: architecture.optionNames)
      }
      guard option.range.contains(value) else {
        throw ArchitectureError.optionOutOfRange(
          name, value: value, range: option.range, architecture: architecture.name)
      }
      options[name] = value
    }
    self.options = options
    var convention = architecture.picture ?? .torchvision
    if let normalization = specification.normalization { convention.normalization = normalization }
    self.convention = convention
    overridesNormalization = specification.normalization != nil
    if specification.inputSize != nil, architecture.picture == nil {
      throw ArchitectureError.unknownOption("size", architecture: architecture.name, known: architecture.optionNames)
    }
    overridesSize = specification.inputSize != nil
    size = specification.inputSize ?? PictureSize(convention.side)
  }

  /// The value of an option the architecture declares.
  subscript(name: String) -> Int {
    guard let value = options[name] else {
      preconditionFailure("option '\(name)' is read but not declared")
    }
    return value
  }

  /// The settings with another normalization, unless the specification gave its own.
  func replacingStandardNormalization(with normalization: PixelNormalization) -> ArchitectureSettings {
    guard !overridesNormalization else { return self }
    var settings = self
    settings.convention.normalization = normalization
    return settings
  }

  /// The settings for squares of another side, unless the specification gave a size.
  func replacingStandardSide(with side: Int) -> ArchitectureSettings {
    guard !overridesSize, side != convention.side else { return self }
    var settings = self
    settings.convention.shorterSide = convention.shorterSide.map { $0 * side / convention.side }
    settings.convention.side = side
    settings.size = PictureSize(side)
    return settings
  }

  func isSet(_ name: String) -> Bool { self[name] != 0 }
}

extension NetworkBuilder {
  /// The picture the settings describe, normalized.
  ///
  /// - Parameter channels: where it is not the convention's number, its first channel's normalization goes for all.
  mutating func picture(_ settings: ArchitectureSettings, channels: Int = 3, fixesSize: Bool = false) -> Feature {
    var normalization = settings.convention.normalization
    if channels != normalization.source.count, let scale = normalization.scale.first,
      let shift = normalization.shift.first
    {
      normalization = PixelNormalization(
        source: Array(0..<channels), scale: [Float](repeating: scale, count: channels),
        shift: [Float](repeating: shift, count: channels))
    }
    return picture(
      size: settings.size, normalization: normalization,
      preprocessing: settings.convention.preprocessing(for: settings.size), fixesSize: fixesSize)
  }
}
