import GinghamTensors

/// Why a file's parameters do not fill an architecture: all the differences at once.
public struct ParameterMismatch: Error, Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let shape: Shape

    /// With the properties of the same names.
    public init(name: String, shape: Shape) {
      self.name = name
      self.shape = shape
    }
  }

  public struct ShapeDifference: Hashable, Sendable {
    public let name: String
    public let expected: Shape
    public let found: Shape

    /// With the properties of the same names.
    public init(name: String, expected: Shape, found: Shape) {
      self.name = name
      self.expected = expected
      self.found = found
    }
  }

  public let architecture: String
  /// Parameters of the architecture that the file lacks, in the order of its layers.
  public var missing: [Entry] = []
  /// Parameters of the file that the architecture does not have, by name.
  public var unexpected: [Entry] = []
  public var wronglyShaped: [ShapeDifference] = []

  /// With the property of the same name.
  public init(architecture: String) {
    self.architecture = architecture
  }

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
