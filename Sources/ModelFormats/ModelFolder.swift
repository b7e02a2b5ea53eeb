import Foundation
import GinghamTensors

/// Where the files may lie that a model's file names: weights beside a graph, the shards of a list.
///
/// A stranger's file names them, so only ones inside its own folder are opened: no link that leads out. A model that is
/// itself a link has the folder that the link leads to as well; one in a Hugging Face cache, whose `snapshots` hold links
/// into `blobs` beside them, has its repository's folder.
struct ModelFolder {
  private let folder: String
  /// The folder of the file that the model's path leads to.
  private let realFolder: String

  init(model path: String) {
    func parent(_ path: String) -> String {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      return slash == path.startIndex ? "/" : String(path[..<slash])
    }
    folder = parent(path)
    realFolder = Self.resolved(path).map(parent) ?? folder
  }

  /// The file at a location without `..`, with all links followed; `nil` where a link leads out.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where there is none.
  func file(at location: String) throws -> String? {
    let path = folder + "/" + location
    let roots = [Self.resolved(folder), realFolder, repository].compactMap { $0 }
    guard let target = Self.resolved(path) ?? Self.resolved(realFolder + "/" + location) else {
      throw FormatError.unreadable(
        path: path, reason: "\(String(cString: strerror(errno))); the model keeps weights in it")
    }
    return roots.contains { target.utf8.starts(with: ($0.hasSuffix("/") ? $0 : $0 + "/").utf8) } ? target : nil
  }

  /// The repository's folder where the model's lies below its `snapshots`, with `blobs` beside these.
  private var repository: String? {
    guard let path = Self.resolved(folder) else { return nil }
    var parts = path.split(separator: "/")
    while let snapshots = parts.lastIndex(of: "snapshots") {
      let repository = "/" + parts[..<snapshots].joined(separator: "/")
      if parts.count > snapshots + 1, Self.resolved(repository + "/blobs") == repository + "/blobs" {
        return repository
      }
      parts.removeSubrange(snapshots...)
    }
    return nil
  }

  /// The path with all links followed, or `nil` where it leads nowhere.
  private static func resolved(_ path: String) -> String? {
    guard let buffer = realpath(path, nil) else { return nil }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
