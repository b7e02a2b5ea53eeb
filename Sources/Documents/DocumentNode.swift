import GinghamNetworks
import GinghamTensors
import Yams

/// A value of a YAML document together with where it stands, so that every complaint names its line.
public struct DocumentNode {
  private let node: Yams.Node
  private let source: String
  private let hasLines: Bool

  /// From 1; `nil` in a single setting.
  public var line: Int? { hasLines ? node.mark?.line : nil }

  /// - Throws: ``DocumentError`` where the file is no YAML, ``FormatError/unreadable(path:reason:)``.
  public init(path: String) throws {
    let file = try MappedFile(path: path)
    guard let text = String(bytes: file.bytes, encoding: .utf8) else {
      throw FormatError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    try self.init(yaml: text, source: path)
  }

  /// - Parameters:
  ///   - source: what complaints begin with.
  ///   - hasLines: whether complaints name a line: not those about a single setting.
  /// - Throws: ``DocumentError`` where the text is no YAML.
  public init(yaml: String, source: String, hasLines: Bool = true) throws {
    if let objection = YAMLGuard.objection(to: yaml) {
      throw DocumentError(source: source, line: nil, message: objection)
    }
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw DocumentError(source: source, line: hasLines ? 1 : nil, message: "there is nothing in it")
      }
      self.init(node: node, source: source, hasLines: hasLines)
    } catch let error as YamlError {
      throw DocumentError(source: source, line: hasLines ? error.line : nil, message: error.reason)
    }
  }

  private init(node: Yams.Node, source: String, hasLines: Bool) {
    self.node = node
    self.source = source
    self.hasLines = hasLines
  }

  /// An error that names the node's line.
  public func failure(_ message: String) -> DocumentError {
    DocumentError(source: source, line: line, message: message)
  }

  private func child(_ node: Yams.Node) -> DocumentNode { DocumentNode(node: node, source: source, hasLines: hasLines) }

  /// The pairs of a mapping in their order.
  ///
  /// - Throws: ``DocumentError`` for anything else.
  public func pairs(_ what: String) throws -> [(key: String, keyNode: DocumentNode, value: DocumentNode)] {
    guard case .mapping(let mapping) = node else { throw failure("\(what) must be a list of 'name: value'") }
    return try mapping.map { key, value in
      guard let name = key.string else { throw child(key).failure("a setting's name must be a word") }
      return (name, child(key), child(value))
    }
  }

  /// - Parameter what: what complaints call it.
  /// - Throws: ``DocumentError`` for anything but a list.
  public func list(_ what: String) throws -> [DocumentNode] {
    guard case .sequence(let sequence) = node else { throw failure("\(what) must be a list") }
    return sequence.map(child)
  }

  /// Whether it is a list.
  public var isList: Bool { if case .sequence = node { true } else { false } }
  /// Whether it is a mapping of names to nodes.
  public var isMapping: Bool { if case .mapping = node { true } else { false } }

  /// - Throws: ``DocumentError`` for lists and mappings.
  public func text(_ what: String) throws -> String {
    guard case .scalar(let scalar) = node else { throw failure("\(what) must be one value") }
    return scalar.string
  }

  /// - Throws: ``DocumentError`` for anything but a finite number.
  public func number(_ what: String) throws -> Double {
    guard let value = Double(try text(what)), value.isFinite else {
      throw failure("\(what) must be a number, not '\(try text(what))'")
    }
    return value
  }

  /// - Throws: ``DocumentError`` for anything but a whole number.
  public func integer(_ what: String) throws -> Int {
    guard let value = Int(try text(what)) else {
      throw failure("\(what) must be a whole number, not '\(try text(what))'")
    }
    return value
  }

  /// The values of a list. A single one is a list too, and so are several with commas between them, as nobody wants to
  /// quote brackets: `2,4`.
  ///
  /// - Throws: ``DocumentError`` for mappings.
  public func values(_ what: String) throws -> [DocumentNode] {
    if isList { return try list(what) }
    return try text(what).split(separator: ",", omittingEmptySubsequences: false).map { part in
      child(.scalar(Yams.Node.Scalar(String(part.drop { $0 == " " }), node.tag, .any, node.mark)))
    }
  }

  /// `true`, `yes` or `on`; `false`, `no` or `off`.
  ///
  /// - Throws: ``DocumentError`` for anything else.
  public func boolean(_ what: String) throws -> Bool {
    switch try text(what) {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw failure("\(what) must be true or false, not '\(try text(what))'")
    }
  }

  /// One of a few words.
  ///
  /// - Throws: ``DocumentError`` that names them all.
  public func choice<Choice: CaseIterable & RawRepresentable>(_ what: String) throws -> Choice
  where Choice.RawValue == String {
    let word = try text(what)
    guard let choice = Choice(rawValue: word) else {
      throw unknown(what, word, known: Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  /// The complaint that a word means nothing, with the nearest that does.
  public func unknown(_ what: String, _ word: String, known: [String]) -> DocumentError {
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
