import Foundation

/// Files of one folder, and no others: those of a list, none of them reached over a link.
public struct ServedFolder: Sendable {
  /// Where they are.
  public let path: String
  private let names: Set<String>

  /// - Parameter files: relative to the folder, parted by slashes.
  public init(path: String, files: some Sequence<String>) {
    (self.path, names) = (path, Set(files))
  }

  /// Whether a file of the name is to be had.
  public func holds(_ name: String) -> Bool { names.contains(name) }

  /// - Returns: the open file and its length; `nil` where there is none of that name.
  public func open(_ name: String) -> (file: FileHandle, size: Int)? {
    guard names.contains(name) else { return nil }
    var place = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for part in name.split(separator: "/", omittingEmptySubsequences: false) {
      guard place >= 0, !part.isEmpty, part != ".", part != ".." else { break }
      let next = openat(place, String(part), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      close(place)
      place = next
    }
    guard place >= 0 else { return nil }
    var facts = stat()
    guard fstat(place, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      close(place)
      return nil
    }
    return (FileHandle(fileDescriptor: place, closeOnDealloc: true), Int(facts.st_size))
  }

  /// - Returns: the file as an answer; `nil` where there is none of that name.
  public func response(_ name: String) -> ServedResponse? {
    open(name).map { ServedResponse(type: Self.type(of: name), body: .file($0.file, size: $0.size)) }
  }

  /// By the end of a file's name.
  public static func type(of name: String) -> String {
    types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
    "json": "application/json", "webp": "image/webp", "png": "image/png", "yaml": "text/plain; charset=utf-8",
    "svg": "image/svg+xml", "csv": "text/plain; charset=utf-8",
  ]
}
