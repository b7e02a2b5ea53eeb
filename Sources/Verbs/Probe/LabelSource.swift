import Foundation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// Where the right classes of pictures are written down.
public enum LabelSource: Hashable, Sendable {
  /// The number at the end of the file's name: `imagenet_00_243.jpg` is class 243.
  case fileName
  /// The folder that a picture lies in, in the file system or in an archive: the class's number or its name, where
  /// underscores and hyphens pass for spaces and capitals for small letters.
  case folder
  /// A table of `file,class`, one picture a line; the class is a number or a name.
  case table(path: String)
  /// The network's own predictions: then nothing is known about accuracy, only about how firmly it holds them.
  case predicted

  /// Reads `filename`, `folder`, `predicted`, or the path of a table.
  public init(parsing text: String) {
    switch text {
    case "filename": self = .fileName
    case "folder": self = .folder
    case "predicted": self = .predicted
    default: self = .table(path: text)
    }
  }

  /// As it is written: `filename`, `folder`, `predicted`, or the table's path.
  public var title: String {
    switch self {
    case .fileName: "filename"
    case .folder: "folder"
    case .table(let path): path
    case .predicted: "predicted"
    }
  }

  /// What tells the right class of each picture; `nil` where the network's own are to be taken.
  ///
  /// - Throws: ``LabelError`` for lines of a table that cannot be read, ``FormatError/unreadable(path:reason:)``.
  func reader(names: ClassNames, classes count: Int) throws -> ((_ path: String) throws -> Int)? {
    switch self {
    case .predicted: return nil
    case .fileName:
      return { path in
        guard let label = Self.number(inNameOf: path) else { throw LabelError.noNumber(path: path) }
        return try Self.checked(label, of: path, classes: count)
      }
    case .folder:
      let classes = Dictionary(names.names.enumerated().map { (Self.plain($1), $0) }) { first, _ in first }
      return { path in
        let folder = path.parentFolder.lastPathPart
        guard let label = Int(folder) ?? classes[Self.plain(folder)] else {
          throw LabelError.unknownFolder(
            name: folder, path: path, nearest: NearestNames.nearest(to: folder, among: names.names))
        }
        return try Self.checked(label, of: path, classes: count)
      }
    case .table(let file):
      let table = try Self.table(file, names: names)
      return { path in
        let name = URL(filePath: path).lastPathComponent
        guard let label = table[path] ?? table[name] else { throw LabelError.missing(path: path, table: file) }
        return try Self.checked(label, of: path, classes: count)
      }
    }
  }

  private static func plain(_ name: String) -> String {
    name.lowercased().split { " _-".contains($0) }.joined(separator: " ")
  }

  private static func checked(_ label: Int, of path: String, classes: Int) throws -> Int {
    guard (0..<classes).contains(label) else {
      throw LabelError.outOfRange(label: label, path: path, classes: classes)
    }
    return label
  }

  static func number(inNameOf path: String) -> Int? {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    let digits = stem.reversed().prefix { $0.isASCII && $0.isNumber }
    return Int(String(digits.reversed()))
  }

  private static func table(_ path: String, names: ClassNames) throws -> [String: Int] {
    let file = try MappedFile(path: path)
    guard let text = String(bytes: file.bytes, encoding: .utf8) else {
      throw FormatError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    var table: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { continue }
      guard let comma = trimmed.firstIndex(of: ",") else { throw LabelError.badLine(table: path, line: index + 1) }
      func unquoted(_ text: Substring) -> String {
        let text = text.trimmingCharacters(in: .whitespaces)
        return text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
          ? String(text.dropFirst().dropLast()) : text
      }
      let name = unquoted(trimmed[..<comma])
      let label = unquoted(trimmed[trimmed.index(after: comma)...])
      if let number = Int(label) ?? names.names.firstIndex(of: label) {
        table[name] = number
      } else if index > 0 {
        throw LabelError.unknownClass(
          name: label, table: path, line: index + 1, nearest: NearestNames.nearest(to: label, among: names.names))
      }
    }
    return table
  }
}

/// As it was written.
extension LabelSource: Encodable {
  /// As ``title``.
  public func encode(to encoder: any Encoder) throws { try title.encode(to: encoder) }
}
