import GinghamNetworks
import Yams

/// A value of a YAML document together with where it stands, so that every complaint names its line.
struct RecipeNode {
  let node: Yams.Node
  let source: String
  /// Options have no lines.
  let isOption: Bool

  var line: Int? { isOption ? nil : node.mark?.line }

  /// - Throws: ``RecipeError`` where the text is no YAML.
  init(yaml: String, source: String, isOption: Bool = false) throws {
    if let objection = YAMLGuard.objection(to: yaml) {
      throw RecipeError(source: source, line: nil, message: objection)
    }
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw RecipeError(source: source, line: isOption ? nil : 1, message: "there is nothing in it")
      }
      self.init(node: node, source: source, isOption: isOption)
    } catch let error as YamlError {
      throw RecipeError(source: source, line: isOption ? nil : error.line, message: error.reason)
    }
  }

  init(node: Yams.Node, source: String, isOption: Bool) {
    self.node = node
    self.source = source
    self.isOption = isOption
  }

  func failure(_ message: String) -> RecipeError { RecipeError(source: source, line: line, message: message) }

  private func child(_ node: Yams.Node) -> RecipeNode { RecipeNode(node: node, source: source, isOption: isOption) }

  /// The pairs of a mapping in their order.
  ///
  /// - Throws: ``RecipeError`` for anything else.
  func pairs(_ what: String) throws -> [(key: String, keyNode: RecipeNode, value: RecipeNode)] {
    guard case .mapping(let mapping) = node else { throw failure("\(what) must be a list of 'name: value'") }
    return try mapping.map { key, value in
      guard let name = key.string else { throw child(key).failure("a setting's name must be a word") }
      return (name, child(key), child(value))
    }
  }

  func list(_ what: String) throws -> [RecipeNode] {
    guard case .sequence(let sequence) = node else { throw failure("\(what) must be a list") }
    return sequence.map(child)
  }

  var isList: Bool { if case .sequence = node { true } else { false } }
  var isMapping: Bool { if case .mapping = node { true } else { false } }

  func text(_ what: String) throws -> String {
    guard case .scalar(let scalar) = node else { throw failure("\(what) must be one value") }
    return scalar.string
  }

  func number(_ what: String) throws -> Double {
    guard let value = Double(try text(what)), value.isFinite else {
      throw failure("\(what) must be a number, not '\(try text(what))'")
    }
    return value
  }

  func integer(_ what: String) throws -> Int {
    guard let value = Int(try text(what)) else {
      throw failure("\(what) must be a whole number, not '\(try text(what))'")
    }
    return value
  }

  func boolean(_ what: String) throws -> Bool {
    switch try text(what) {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw failure("\(what) must be true or false, not '\(try text(what))'")
    }
  }

  /// One of a few words.
  func choice<Choice: CaseIterable & RawRepresentable>(_ what: String) throws -> Choice
  where Choice.RawValue == String {
    let word = try text(what)
    guard let choice = Choice(rawValue: word) else {
      throw unknown(what, word, known: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  func unknown(_ what: String, _ word: String, known: [String]) -> RecipeError {
    let nearest = NearestNames.nearest(to: word, among: known).first.map { " Did you mean '\($0)'?" } ?? ""
    return failure("there is no \(what) '\(word)'.\(nearest) Known: \(known.joined(separator: ", ")).")
  }
}

extension YamlError {
  /// From 1.
  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
    case .duplicatedKeysInMapping(_, let context): context.mark.line
    default: nil
    }
  }

  fileprivate var reason: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
    case .duplicatedKeysInMapping(let names, _):
      names.sorted().map { "'\($0)'" }.joined(separator: ", ") + " stands in one list twice"
    default: String(describing: self)
    }
  }
}
