import Foundation
import GinghamTensors

/// The files that a user means by names, folders, archives, patterns and lists: the one place that knows where pictures come
/// from.
enum InputFiles {
  /// Files as they are named, those in folders and their subfolders by name, those in tar and zip archives
  /// (``FileArchive``) in their order, those that match a pattern of `*`, `?`, `[…]` and `{…}`, those that `@FILE` lists,
  /// one a line, and those that standard input does (`-`); each once. Names that begin with a dot are passed over in folders
  /// and archives.
  ///
  /// - Throws: ``MeasureError/nothingThere(_:)``; ``FormatError`` where an archive is cut off or damaged.
  static func files(_ paths: [String]) throws -> [String] { try once(paths.flatMap { try files($0, opened) }) }

  /// The same, with names that stand for nothing as they are: whoever reads them says what is wrong.
  ///
  /// - Throws: ``FormatError`` where an archive is cut off or damaged.
  static func listed(_ paths: [String]) throws -> [String] {
    try once(paths.flatMap { try orAsItIs($0) { try files($0, opened) } })
  }

  /// The same, with archives whole: for records of what was read.
  static func recorded(_ paths: [String]) -> [String] {
    once(paths.flatMap { (try? files($0) { [$0] }) ?? [$0] })
  }

  /// - Parameter file: what a file stands for.
  private static func files(_ path: String, _ file: (String) throws -> [String]) throws -> [String] {
    func inside(_ path: String) throws -> [String] {
      kind(of: path) == .folder ? try files(inFolder: path).flatMap(file) : try file(path)
    }
    if kind(of: path) != nil { return try inside(path) }
    if let names = try names(listedBy: path) {
      return try names.flatMap { name in try orAsItIs(name) { try files($0, file) } }
    }
    if FileArchive.holds(path) { return [path] }
    let matches = matches(of: path)
    guard !matches.isEmpty else { throw MeasureError.nothingThere(path) }
    return try matches.flatMap(inside)
  }

  private static func orAsItIs(_ name: String, _ files: (String) throws -> [String]) throws -> [String] {
    do { return try files(name) } catch MeasureError.nothingThere { return [name] }
  }

  private static func once(_ paths: [String]) -> [String] {
    var seen: Set<String> = []
    return paths.filter { seen.insert($0).inserted }
  }

  /// What a file stands for: itself, or what an archive holds.
  private static func opened(_ path: String) throws -> [String] {
    guard FileArchive.isNamed(path) else { return [path] }
    return try FileArchive.at(path).names
      .filter { name in !name.pathParts.contains { $0.hasPrefix(".") && $0 != "." && $0 != ".." } }
      .map { "\(path)/\($0)" }
  }

  /// The files that an objective or another word names, such as those behind the colons of `caricature:LAYER:picture`.
  static func named(in word: String) -> [String] {
    var seen: Set<String> = []
    let parts = word.split(separator: ":") + word.split { ": ".contains($0) }
    return ([word] + parts.map(String.init)).filter { kind(of: $0) == .file && seen.insert($0).inserted }
  }

  /// What `-` or `@FILE` stands for; `nil` of other words. Lists name files, folders and patterns, and no further lists.
  ///
  /// - Throws: ``MeasureError/nothingThere(_:)`` where the list is empty, ``FormatError/unreadable(path:reason:)``.
  private static func names(listedBy word: String) throws -> [String]? {
    let lines: [String]
    if word == "-" {
      lines = standardInput
    } else if word.hasPrefix("@") {
      let file = try MappedFile(path: String(word.dropFirst()))
      lines = withExtendedLifetime(file) { Self.lines(of: Data(file.bytes)) }
    } else {
      return nil
    }
    let names = lines.filter { $0 != "-" && !$0.hasPrefix("@") }
    guard !names.isEmpty else { throw MeasureError.nothingThere(word) }
    return names
  }

  /// It can be read once only, and is asked for by the run and by its record.
  private static let standardInput = lines(of: (try? FileHandle.standardInput.readToEnd()) ?? Data())

  private static func lines(of data: Data) -> [String] {
    String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
  }

  private enum Kind {
    case file, folder
  }

  private static func kind(of path: String) -> Kind? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    return isFolder.boolValue ? .folder : .file
  }

  private static func files(inFolder folder: String) -> [String] {
    let manager = FileManager.default
    let stem = folder.hasSuffix("/") ? folder : folder + "/"
    let names = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).filter { !$0.hasPrefix(".") }
    return names.sorted { $0.compare($1, options: .numeric) == .orderedAscending }.flatMap { name -> [String] in
      let path = stem + name
      // Links to folders are not followed: they may lead in a circle.
      let type = (try? manager.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
      if type == .typeDirectory { return files(inFolder: path) }
      return kind(of: path) == .file ? [path] : []
    }
  }

  private static func matches(of pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, GLOB_BRACE | GLOB_TILDE, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
  }
}

/// Why a measurement cannot begin, or came to nothing.
public enum MeasureError: Error, Hashable, Sendable {
  /// No file, no folder, and no match of a pattern.
  case nothingThere(String)
  /// What is named is there, and holds no files.
  case noPictures(in: [String])
  /// None of the files could be measured; the first reason stands for all.
  case nothingMeasured(count: Int, first: String)
}

extension MeasureError: CustomStringConvertible {
  /// What is missing or could not be measured, for the terminal.
  public var description: String {
    switch self {
    case .nothingThere(let path): "there is no file or folder '\(path)', and nothing matches it as a pattern"
    case .noPictures(let paths):
      "there are no files in \(paths.map { "'\($0)'" }.joined(separator: ", "))"
    case .nothingMeasured(let count, let first):
      count == 1 ? first : "none of the \(count) files can be measured; the first: \(first)"
    }
  }
}
