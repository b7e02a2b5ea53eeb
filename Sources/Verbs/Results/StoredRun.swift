import Foundation
import GinghamReporting
import GinghamTensors

/// A run that was performed some time ago, as its folder tells it.
public struct StoredRun: Encodable, Hashable, Sendable {
  /// Where it stands.
  public var folder: String
  /// Its verb.
  public var verb: String
  /// The model, or the first of what was looked at where no net was loaded.
  public var subject: String
  /// When it began: ISO 8601, in UTC.
  public var started: String
  /// Of Gingham.
  public var version: String
  /// The digest of all that shaped the result: equal runs have equal ones.
  public var run: String?
  /// What it says of everything together, such as `artifact`; `nil` where it says nothing.
  public var verdict: String?
  /// On every band that was looked at.
  public var figures: [StoredFigure]

  private enum CodingKeys: String, CodingKey {
    case folder, verb, subject, started, version, verdict, figures
    case run = "run_sha256"
  }

  /// The file that makes a folder one of a run.
  static let manifest = "manifest.json"
  /// Findings of some thousand pictures.
  private static let largestFile = 256 << 20

  /// - Throws: ``StoredRunError``, ``FormatError/unreadable(path:reason:)``.
  init(folder: String) throws {
    func file(_ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }
    let manifest = try Self.json(file(Self.manifest))
    guard case .object(let members) = manifest, case .array(let command)? = members["command"],
      case .object? = members["parameters"], let started = members["started"]?.text,
      let version = members["version"]?.text
    else { throw StoredRunError.foreign(file(Self.manifest)) }
    let words = command.compactMap(\.text)
    self.folder = folder
    // Behind the name of the program.
    verb = words.dropFirst().first { !$0.hasPrefix("-") } ?? ""
    (self.started, self.version, run) = (started, version, members["run_sha256"]?.text)
    let model = members["model"]?.text ?? ""
    subject = model.isEmpty ? Self.firstInput(members) ?? "" : model
    var names: [String] = []
    if case .array(let files)? = members["files"] {
      // Findings stand beside the manifest; what lies deeper is of single pictures.
      names = files.compactMap(\.text).filter { $0.hasSuffix(".json") && !$0.contains("/") && $0 != Self.manifest }
    }
    (verdict, figures) = (nil, [])
    for name in names {
      let findings = try Self.json(file(name))
      if case .object(let members) = findings { verdict = verdict ?? members["verdict"]?.text }
      figures += StoredFigure.figures(in: findings)
    }
  }

  private static func firstInput(_ manifest: [String: JSONValue]) -> String? {
    if case .object(let table)? = manifest["inputs_table"] { return table["first"]?.text }
    guard case .array(let inputs)? = manifest["inputs"], case .object(let first)? = inputs.first else { return nil }
    return first["path"]?.text
  }

  private static func json(_ path: String) throws -> JSONValue {
    let file = try MappedFile(path: path)
    guard file.bytes.count <= largestFile else {
      throw FormatError.unreadable(path: path, reason: "it has \(file.bytes.count) bytes, more than \(largestFile)")
    }
    do {
      return try JSONDecoder().decode(JSONValue.self, from: withExtendedLifetime(file) { Data(file.bytes) })
    } catch {
      throw FormatError.unreadable(path: path, reason: "it is no JSON")
    }
  }
}

extension StoredRun {
  /// Folders of runs among these and below them, by name. Links are not followed below what is named: they may lead in a
  /// circle.
  ///
  /// - Throws: ``MeasureError/nothingThere(_:)``.
  static func folders(below paths: [String]) throws -> [String] {
    var found: [String] = []
    var seen: Set<String> = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        throw MeasureError.nothingThere(path)
      }
      found += folders(below: path, depth: 0).filter { seen.insert($0).inserted }
    }
    return found
  }

  private static let deepest = 16

  private static func folders(below path: String, depth: Int) -> [String] {
    guard depth <= deepest else { return [] }
    let manager = FileManager.default
    let stem = path.hasSuffix("/") ? path : path + "/"
    if manager.fileExists(atPath: stem + manifest) { return [path] }
    let names = ((try? manager.contentsOfDirectory(atPath: path)) ?? []).filter { !$0.hasPrefix(".") }
    return names.sorted { $0.compare($1, options: .numeric) == .orderedAscending }.flatMap { name -> [String] in
      let type = (try? manager.attributesOfItem(atPath: stem + name))?[.type] as? FileAttributeType
      return type == .typeDirectory ? folders(below: stem + name, depth: depth + 1) : []
    }
  }
}

/// Why a folder tells of no run.
enum StoredRunError: Error, Hashable, CustomStringConvertible {
  /// A manifest of something else.
  case foreign(String)

  var description: String {
    switch self {
    case .foreign(let path): "'\(path)' is no manifest of a run"
    }
  }
}
