import Foundation
import GinghamDocuments

/// A file that describes a series of runs: steps of any verb, settings that all share, and sweeps.
///
///     defaults: {model: models/squeezenet1_1.safetensors, threads: 2}
///     steps:
///       - name: cat
///         verb: visualize
///         objective: [class:281, "features.7.cat:97"]
///         preset: [naive, robust]
///
/// Every key is an option of the verb, `model` and `arguments` stand before the options. A list is a sweep: the step is
/// run for each combination. A list within a list is one setting of several values.
public struct RunRecipe: Sendable {
  /// One run of the series: a verb with every option that it is given.
  public struct Step: Sendable, Equatable {
    /// The folder it writes, within that of the run.
    public var name: String
    /// As on the command line, the verb first, without `--output`.
    public var arguments: [String]
    /// Where it begins in the file, from 1.
    public var line: Int
  }

  /// The file that was read.
  public let path: String
  /// In the order of the file, sweeps expanded; no two with the same name.
  public let steps: [Step]

  /// - Throws: ``DocumentError`` with the line, ``FormatError`` where the file cannot be read.
  public init(yaml path: String) throws { try self.init(DocumentNode(path: path), path: path) }

  init(yaml text: String, path: String) throws {
    try self.init(DocumentNode(yaml: text, source: path), path: path)
  }

  private init(_ root: DocumentNode, path: String) throws {
    self.path = path
    var defaults: [(key: String, values: [Setting])] = []
    var found: [DocumentNode] = []
    for (key, place, value) in try root.pairs("a run") {
      switch key {
      case "defaults": defaults = try value.pairs(key).map { ($0.key, try Setting.sweep($0.value, $0.key)) }
      case "steps": found = try value.list(key)
      default: throw place.unknown("part of a run", key, known: ["defaults", "steps"])
      }
    }
    guard !found.isEmpty else { throw DocumentError(source: path, line: 1, message: "there are no steps") }
    var steps: [Step] = []
    for (index, node) in found.enumerated() {
      steps += try Self.expanded(node, number: index + 1, defaults: defaults)
    }
    // Values that differ only in what a folder's name cannot hold must not share a folder.
    var taken: [String: Int] = [:]
    for index in steps.indices {
      let name = steps[index].name
      taken[name, default: 0] += 1
      if let count = taken[name], count > 1 { steps[index].name = "\(name)_\(count)" }
    }
    self.steps = steps
  }

  /// One setting's value: nothing (a flag), or one or several words.
  private struct Setting {
    /// `nil`: a flag that is not set.
    var words: [String]?
    /// How it is called in a folder's name.
    var label: String

    /// A list is a choice of values, a list in it one value of several words.
    static func sweep(_ node: DocumentNode, _ key: String) throws -> [Setting] {
      guard node.isList else { return [try Setting(node, key)] }
      let values = try node.list(key).map { try Setting($0, key) }
      guard !values.isEmpty else { throw node.failure("'\(key)' sweeps over nothing") }
      return values
    }

    init(_ node: DocumentNode, _ key: String) throws {
      let words = node.isList ? try node.list(key).map { try $0.text(key) } : [try node.text(key)]
      label = words.joined(separator: "-")
      switch words {
      case ["true"]: self.words = []
      case ["false"]: self.words = nil
      default: self.words = words
      }
    }
  }

  private static let mostCombinations = 10_000

  private static func expanded(
    _ node: DocumentNode, number: Int, defaults: [(key: String, values: [Setting])]
  ) throws -> [Step] {
    let pairs = try node.pairs("a step")
    var name: String?
    var verb: String?
    var settings = defaults
    for (key, _, value) in pairs {
      switch key {
      case "name": name = try value.text(key)
      case "verb": verb = try value.text(key)
      default:
        let setting = (key: key, values: try Setting.sweep(value, key))
        if let index = settings.firstIndex(where: { $0.key == key }) {
          settings[index] = setting
        } else {
          settings.append(setting)
        }
      }
    }
    guard let verb else { throw node.failure("a step needs a verb") }
    // A recipe that runs itself would never end.
    guard verb != "run" else { throw node.failure("a step cannot run another recipe: list its steps here") }
    var count = 1
    for setting in settings {
      count *= setting.values.count
      guard count <= mostCombinations else {
        throw node.failure("the sweeps of this step make more than \(mostCombinations) combinations")
      }
    }
    if let output = pairs.first(where: { $0.key == "output" }) {
      throw output.keyNode.failure("steps write into the folder of the run: give none with 'output'")
    }
    var combinations: [[(key: String, value: Setting)]] = [[]]
    for setting in settings {
      combinations = combinations.flatMap { chosen in setting.values.map { chosen + [(setting.key, $0)] } }
    }
    let swept = Set(settings.filter { $0.values.count > 1 }.map(\.key))
    return combinations.map { combination in
      let labels = combination.filter { swept.contains($0.key) }.map(\.value.label)
      let title = ([String(format: "%02d", number), name ?? verb] + labels).joined(separator: "-")
      return Step(
        name: title.fileStem,
        arguments: [verb] + words(combination), line: node.line ?? 1)
    }
  }

  private static func words(_ combination: [(key: String, value: Setting)]) -> [String] {
    func positional(_ key: String) -> [String] { combination.first { $0.key == key }?.value.words ?? [] }
    let options = combination.filter { $0.key != "model" && $0.key != "arguments" }.flatMap { key, value in
      value.words.map { words in
        // What begins with a dash would be taken for an option.
        words.count == 1 && words[0].hasPrefix("-") ? ["--\(key)=\(words[0])"] : ["--" + key] + words
      } ?? []
    }
    return positional("model") + positional("arguments") + options
  }
}
