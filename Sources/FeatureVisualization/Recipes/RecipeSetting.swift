import GinghamDocuments

/// One setting of something that recipes describe: its name, how it is read and printed, and what it may be. Recipes,
/// their printed form, their checks and the command line's options all go through rows of these.
public struct RecipeSetting<Owner>: Sendable {
  /// In recipes.
  public let name: String
  /// What single settings are called where there is no document, as on a command line.
  public let option: String
  /// For help texts.
  public let help: String
  /// For help texts: a line for each of the things that can be chosen from; empty where there are none.
  public let choices: String
  /// What stands for the value in help texts; `nil`: the name.
  public let valueName: String?
  let read: @Sendable (_ owner: inout Owner, _ value: DocumentNode, _ place: DocumentNode) throws -> Void
  /// What stands behind the name, on lines of its own where it begins with a line's end; `nil`: nothing is said of it.
  let printed: @Sendable (Owner) -> String?
  let check: @Sendable (Owner) throws -> Void

  init(
    _ name: String, option: String? = nil, valueName: String? = nil, help: String, choices: String = "",
    read: @escaping @Sendable (inout Owner, DocumentNode, _ place: DocumentNode) throws -> Void,
    printed: @escaping @Sendable (Owner) -> String?, check: @escaping @Sendable (Owner) throws -> Void = { _ in }
  ) {
    (self.name, self.option, self.valueName) = (name, option ?? name, valueName)
    (self.help, self.choices) = (help, choices)
    (self.read, self.printed, self.check) = (read, printed, check)
  }

  /// A property.
  ///
  /// - Parameters:
  ///   - expected: what it takes, for complaints.
  ///   - allows: `nil`: every value.
  init<Value: RecipeValue & Sendable>(
    _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, option: String? = nil, valueName: String? = nil,
    help: String, takes expected: String = "", where allows: (@Sendable (Value) -> Bool)? = nil
  ) {
    self.init(name, option: option, valueName: valueName, help: help) { owner, value, _ in
      owner[keyPath: path] = try Value(value, name)
    } printed: {
      $0[keyPath: path].printed
    } check: { owner in
      guard let allows else { return }
      try VisualizationError.require(allows(owner[keyPath: path]), name, owner[keyPath: path], expected)
    }
  }

  /// A property that may be left open.
  ///
  /// - Parameter word: how it is written that it is.
  init<Value: RecipeValue & Sendable>(
    _ name: String, _ path: WritableKeyPath<Owner, Value?> & Sendable, unset word: String, option: String? = nil,
    valueName: String? = nil, help: String, takes expected: String = "",
    where allows: @escaping @Sendable (Value) -> Bool = { _ in true }
  ) {
    self.init(name, option: option, valueName: valueName, help: help) { owner, value, _ in
      owner[keyPath: path] = try value.text(name) == word ? nil : Value(value, name)
    } printed: {
      $0[keyPath: path]?.printed ?? word
    } check: { owner in
      guard let value = owner[keyPath: path] else { return }
      try VisualizationError.require(allows(value), name, value, expected)
    }
  }
}

extension VisualizationError {
  /// - Throws: ``badValue(setting:value:expected:)`` unless `condition` holds.
  static func require(_ condition: Bool, _ setting: String, _ value: some Any, _ expected: String) throws {
    guard condition else { throw badValue(setting: setting, value: "\(value)", expected: expected) }
  }
}

extension Array {
  /// Reads the pairs of a mapping, each by its row.
  ///
  /// - Parameter others: pairs that are read elsewhere.
  func reading<Owner>(
    _ node: DocumentNode, into owner: Owner, of what: String, passingOver others: [String] = []
  ) throws -> Owner where Element == RecipeSetting<Owner> {
    var owner = owner
    for (key, place, value) in try node.pairs(what) where !others.contains(key) {
      guard let row = first(where: { $0.name == key }) else {
        throw place.unknown("setting of \(what)", key, known: others + map(\.name))
      }
      try row.read(&owner, value, place)
    }
    return owner
  }

  /// `a: 1, b: 2`
  func printed<Owner>(_ owner: Owner) -> String where Element == RecipeSetting<Owner> {
    compactMap { row in row.printed(owner).map { "\(row.name): \($0)" } }.joined(separator: ", ")
  }
}
