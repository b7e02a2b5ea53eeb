import GinghamTensors
import GinghamNetworks

/// Which net to build, and how: `resnet50?seed=3&classes=10&size=256x320`.
///
/// The query sets `seed` (of random parameters), `size` (of the input, `N` or `HEIGHTxWIDTH`) and the architecture's
/// own options.
public struct ArchitectureSpecification: Hashable, Sendable {
  /// Of the architecture, such as `resnet50`.
  public var name: String
  /// Of every random number.
  public var seed: UInt64
  /// `nil`: the size the net was published for.
  public var inputSize: PictureSize?
  /// Replaces the net's own mean and deviation.
  public var normalization: PixelNormalization?
  /// Options of the architecture that differ from their standard.
  public var options: [String: Int]

  /// With the properties of the same names.
  public init(
    _ name: String, seed: UInt64 = 0, inputSize: PictureSize? = nil, normalization: PixelNormalization? = nil,
    options: [String: Int] = [:]
  ) {
    self.name = name
    self.seed = seed
    self.inputSize = inputSize
    self.normalization = normalization
    self.options = options
  }

  /// Reads `NAME[?key=value&…]`, with or without `random:` in front.
  ///
  /// - Throws: ``ArchitectureError`` where the name is unknown or a key is unknown, given twice or not a number.
  public init(parsing text: String) throws {
    let prefix = "random:"
    let text = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(String(parts[0]))
    let architecture = try Architectures.named(name)
    guard parts.count == 2 else { return }
    var seen = Set<String>()
    for pair in parts[1].split(separator: "&", omittingEmptySubsequences: false) {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let key = sides[0]
      guard sides.count == 2, !key.isEmpty, seen.insert(key).inserted else {
        throw ArchitectureError.malformedOption(String(pair), architecture: name)
      }
      try set(key, to: sides[1], of: architecture)
    }
    // Ranges are checked here, so that a typing error shows before anything is built.
    _ = try ArchitectureSettings(self, for: architecture)
  }

  private mutating func set(_ key: String, to text: String, of architecture: Architecture) throws {
    switch key {
    case "seed":
      guard let seed = UInt64(text) else { throw ArchitectureError.malformedOption("seed=\(text)", architecture: name) }
      self.seed = seed
    case "size" where architecture.picture != nil:
      guard let size = PictureSize(parsing: text), max(size.height, size.width) <= 1 << 14 else {
        throw ArchitectureError.malformedOption("size=\(text)", architecture: name)
      }
      inputSize = size
    case _ where architecture.options.contains { $0.name == key }:
      guard let value = Int(text) else {
        throw ArchitectureError.malformedOption("\(key)=\(text)", architecture: name)
      }
      options[key] = value
    default:
      throw ArchitectureError.unknownOption(key, architecture: name, known: architecture.optionNames)
    }
  }
}

extension Architecture {
  /// Everything a query may set.
  public var optionNames: [String] {
    ["seed"] + (picture == nil ? [] : ["size"]) + options.map(\.name)
  }
}
