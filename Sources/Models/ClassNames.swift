import Foundation
import GinghamTensors

/// What a classifier's outputs are called.
public struct ClassNames: Sendable {
  /// In the order of the outputs; empty where not known.
  public let names: [String]

  /// Reads one name a line: from `path`, or from `classes.txt` or `imagenet_classes.txt` beside the model.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where a path is given and cannot be read.
  public init(path: String?, beside model: String?) throws {
    if let path {
      names = try Self.lines(of: path)
      return
    }
    let folder = model.map { URL(filePath: $0).deletingLastPathComponent() }
    let found = ["classes.txt", "imagenet_classes.txt"].lazy
      .compactMap { name in folder?.appending(path: name).path(percentEncoded: false) }
      .first { FileManager.default.fileExists(atPath: $0) }
    names = try found.map(Self.lines) ?? []
  }

  private static func lines(of path: String) throws -> [String] {
    let file = try MappedFile(path: path)
    guard let text = String(bytes: file.bytes, encoding: .utf8) else {
      throw FormatError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The name of a class of a net with `count` outputs; `nil` where the names do not fit it.
  public func name(of index: Int, among count: Int) -> String? {
    names.count == count && names.indices.contains(index) ? names[index] : nil
  }
}
