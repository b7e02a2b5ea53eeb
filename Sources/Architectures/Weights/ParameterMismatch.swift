import GinghamTensors

/// Why a file's parameters do not fill an architecture: all the differences at once.
public struct ParameterMismatch: Error, Hashable, Sendable {
  /// A parameter of a state dict.
  public struct Entry: Hashable, Sendable {
    /// As the state dict has it.
    public let name: String
    /// As the state dict has it.
    public let shape: Shape

    /// With the properties of the same names.
    public init(name: String, shape: Shape) {
      self.name = name
      self.shape = shape
    }
  }

  /// A parameter whose extents are others than expected.
  public struct ShapeDifference: Hashable, Sendable {
    /// As the state dict has it.
    public let name: String
    /// By the architecture.
    public let expected: Shape
    /// In the state dict.
    public let found: Shape

    /// With the properties of the same names.
    public init(name: String, expected: Shape, found: Shape) {
      self.name = name
      self.expected = expected
      self.found = found
    }
  }

  /// What was held against the state dict.
  public let architecture: String
  /// Parameters of the architecture that the file lacks, in the order of its layers.
  public var missing: [Entry] = []
  /// Parameters of the file that the architecture does not have, by name.
  public var unexpected: [Entry] = []
  /// Of the right name with other extents.
  public var wronglyShaped: [ShapeDifference] = []

  /// With the property of the same name.
  public init(architecture: String) {
    self.architecture = architecture
  }

  /// Whether the state dict fits.
  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && wronglyShaped.isEmpty }

  /// Number of differences.
  public var count: Int { missing.count + unexpected.count + wronglyShaped.count }
}

extension ParameterMismatch: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    var lines = ["the parameters do not fit architecture '\(architecture)':"]
    lines += Self.listed(wronglyShaped.map { "wrong shape: '\($0.name)' should be \($0.expected), is \($0.found)" })
    lines += Self.listed(missing.map { "missing: '\($0.name)' (\($0.shape))" })
    lines += Self.listed(unexpected.map { "unexpected: '\($0.name)' (\($0.shape))" })
    return lines.joined(separator: "\n  ")
  }

  /// The first of many lines: a wrong architecture differs in hundreds of parameters.
  private static func listed(_ lines: [String]) -> [String] {
    let shown = 12
    guard lines.count > shown else { return lines }
    return lines.prefix(shown) + ["… and \(lines.count - shown) more of this kind"]
  }
}
