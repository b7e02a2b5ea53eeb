import GinghamTensors

/// Periods of lattices that are looked at, in pixels, in the order they were named.
public struct Periods: Hashable, Sendable {
  /// In pixels, in the order they were named.
  public var list: [Int]

  /// With the property of the same name.
  public init(_ list: [Int]) {
    self.list = list
  }

  /// What pictures are measured on where nobody says otherwise: the strides and enlargements that networks are made of.
  public static let usual = Periods(Lattice.usualPeriods)

  /// What a period may be: below 2 nothing repeats, above 1024 no picture holds enough of it.
  public static let bounds = 2...1024

  /// Reads `2,4,8`; `nil` where that is no list of numbers within ``bounds``.
  public init?(parsing text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { part in Int(part.trimmed) }
    guard let list = numbers as? [Int], list.allSatisfy(Self.bounds.contains) else { return nil }
    self.init(list)
  }
}

extension Periods: ExpressibleByArrayLiteral {
  /// From a literal.
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Periods: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String { list.map(String.init).joined(separator: ",") }
}

/// As it is written: `"2,4,8"`.
extension Periods: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
