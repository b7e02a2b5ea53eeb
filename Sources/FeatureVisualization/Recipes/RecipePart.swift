import GinghamDocuments

/// Something that recipes call by name: a transform, a penalty, a conditioning of gradients, a parameterization.
///
/// Whoever adds one writes one file (a type that conforms) and one entry of a list (``PictureTransform/all``,
/// ``PenaltyKind/all``, ``GradientConditioning/all``, ``ParameterizationKind/all``). Reading, printing, checking and
/// help texts follow from it.
public protocol RecipePart: Hashable, Sendable {
  /// In recipes.
  static var name: String { get }
  /// For help texts: what it does and what its value is.
  static var summary: String { get }

  /// - Throws: ``DocumentError``.
  init(reading value: PartValue) throws

  /// What stands behind the name in a printed recipe; `nil`: the name stands alone.
  var printedValue: String? { get }

  /// - Throws: ``VisualizationError/badValue(setting:value:expected:)``.
  func validate() throws

  /// The same with the network's period where the period was left to the network.
  func resolved(period: Int) -> Self
}

extension RecipePart {
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { nil }
  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws {}
  /// With the net's lattice where none is named.
  public func resolved(period: Int) -> Self { self }

  /// As recipes have it.
  public var name: String { Self.name }

  fileprivate func isEqual(to other: any RecipePart) -> Bool { (other as? Self) == self }
}

/// What stands behind a part's name in a recipe, if anything does.
public struct PartValue {
  /// As recipes have it.
  public let name: String
  /// Of the name, for complaints.
  let place: DocumentNode
  let node: DocumentNode?
  /// Settings of a mapping that are somebody else's.
  var taken: [String] = []

  var needed: DocumentNode {
    get throws {
      guard let node else { throw place.failure("'\(name)' needs a value: '\(name): VALUE'") }
      return node
    }
  }

  /// The complaint that there is nothing of this name.
  func unknown<Kind: AnyRecipePart>(_ kind: Kind.Type) -> DocumentError {
    place.unknown(kind.noun, name, known: kind.names)
  }

  /// - Throws: ``DocumentError`` where a value is given to something that has none.
  public func none() throws {
    guard taken.isEmpty else { return try settings([], of: ()) }
    if let node { throw node.failure("'\(name)' takes no value") }
  }

  /// A whole number.
  ///
  /// - Throws: ``DocumentError`` where it is none.
  public func integer() throws -> Int { try needed.integer(name) }
  /// A number.
  ///
  /// - Throws: ``DocumentError`` where it is none.
  public func number() throws -> Double { try needed.number(name) }
  /// One or several.
  public func numbers() throws -> [Double] { try needed.values(name).map { try $0.number(name) } }

  /// A number of pixels, or `network`, or nothing, which mean the network's own: `nil`.
  public func period() throws -> Int? {
    guard let node, try node.text(name) != PeriodText.network else { return nil }
    return try node.integer(name)
  }

  /// A mapping of settings; those that are not mentioned stay as in `owner`.
  func settings<Owner>(_ rows: [RecipeSetting<Owner>], of owner: Owner) throws -> Owner {
    guard let node else { return owner }
    return try rows.reading(node, into: owner, of: name, passingOver: taken)
  }
}

/// How a period is written that is left to the network.
enum PeriodText {
  static let network = "network"

  static func text(_ period: Int?) -> String { period.map(String.init) ?? network }
}

/// A part of any type, as recipes hold it. Two are equal where their types and values are.
public protocol AnyRecipePart: Hashable, Sendable {
  /// What one is called in complaints.
  static var noun: String { get }
  /// All that there are.
  static var list: [any RecipePart.Type] { get }
  var part: any RecipePart { get }

  /// - Throws: ``DocumentError``.
  init(reading value: PartValue) throws
}

extension AnyRecipePart {
  /// Whether both have the same figures.
  public static func == (one: Self, other: Self) -> Bool { one.part.isEqual(to: other.part) }
  /// By everything that equality compares.
  public func hash(into hasher: inout Hasher) { part.hash(into: &hasher) }

  /// As recipes have it.
  public var name: String { part.name }

  /// Of all that there are.
  public static var names: [String] { list.map { $0.name } }

  /// A line for each, for help texts.
  public static var help: String { list.map { "\($0.name): \($0.summary)" }.joined(separator: "\n") }

  /// One entry of a list: a name, or `name: value`.
  ///
  /// - Throws: ``DocumentError``.
  init(entry node: DocumentNode) throws {
    guard node.isMapping else {
      try self.init(reading: PartValue(name: node.text("a \(Self.noun)"), place: node, node: nil))
      return
    }
    let pairs = try node.pairs("a \(Self.noun)")
    guard pairs.count == 1 else {
      throw node.failure("a \(Self.noun) is one 'name: value'; begin each with a dash")
    }
    try self.init(reading: PartValue(name: pairs[0].key, place: pairs[0].keyNode, node: pairs[0].value))
  }

  /// As an entry of a list is written.
  var printed: String { part.printedValue.map { "\(name): \($0)" } ?? name }
}
