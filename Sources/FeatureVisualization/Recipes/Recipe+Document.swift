import GinghamDocuments

extension Recipe {
  /// Reads a recipe file. What it does not mention is as in the preset it names, or in `robust`.
  ///
  /// - Throws: ``DocumentError`` with the line, ``FormatError`` where the file cannot be read.
  public init(yaml path: String) throws { try self.init(DocumentNode(path: path)) }

  /// - Parameter source: what complaints call the text.
  /// - Throws: ``DocumentError`` with the line.
  public init(yaml text: String, source: String) throws { try self.init(DocumentNode(yaml: text, source: source)) }

  private init(_ node: DocumentNode) throws {
    let pairs = try node.pairs("a recipe")
    var recipe = Recipe.robust
    if let named = pairs.first(where: { $0.key == Self.presetName }) {
      do {
        recipe = try Recipe.preset(named.value.text(Self.presetName))
      } catch let error as VisualizationError {
        throw named.value.failure(error.description)
      }
    }
    for pair in pairs where pair.key != Self.presetName {
      guard let row = Self.settings.first(where: { $0.name == pair.key }) else {
        throw pair.keyNode.unknown("setting", pair.key, known: [Self.presetName] + Self.settings.map(\.name))
      }
      try row.read(&recipe, pair.value, pair.keyNode)
    }
    self = recipe
  }

  /// Under this name a recipe says what it began as.
  private static let presetName = "preset"

  /// A preset or a recipe file, with single settings changed.
  ///
  /// - Parameters:
  ///   - preset: its name; with neither preset nor file it is `robust`.
  ///   - path: a recipe file, which names its preset.
  ///   - changes: names of settings and their values as recipes have them, and what complaints call each.
  /// - Throws: ``VisualizationError``, ``DocumentError``, ``FormatError``.
  public init(
    preset: String?, file path: String? = nil, changes: [(name: String, value: String, source: String)]
  ) throws {
    var recipe = try path.map(Recipe.init(yaml:)) ?? Recipe.preset(preset ?? Recipe.robust.preset)
    for change in changes { try recipe.set(change.name, to: change.value, source: change.source) }
    self = recipe
  }

  /// Changes one setting.
  ///
  /// - Parameters:
  ///   - text: as it is written in a recipe.
  ///   - source: what complaints call it.
  /// - Throws: ``DocumentError`` without a line.
  public mutating func set(_ name: String, to text: String, source: String) throws {
    let node = try DocumentNode(yaml: text, source: source, hasLines: false)
    guard let row = Self.settings.first(where: { $0.name == name }) else {
      throw node.unknown("setting", name, known: Self.settings.map(\.name))
    }
    try row.read(&self, node, node)
  }

  /// The recipe as YAML, every setting written out; reading it gives the same recipe.
  public var yaml: String {
    let lines = Self.settings.compactMap { row in
      row.printed(self).map { "\(row.name):\($0.hasPrefix("\n") ? "" : " ")\($0)" }
    }
    return (["\(Self.presetName): \(preset)"] + lines).joined(separator: "\n") + "\n"
  }
}

/// As ``yaml``.
extension Recipe: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try yaml.encode(to: encoder) }
}
