import Foundation
import GinghamTensors

/// The folder a run writes. Files gather in a hidden folder beside it and appear under their names only when the run
/// is complete; a run that fails leaves nothing.
public final class RunFolder {
  public let path: String
  private let staging: String
  /// Files written so far, in order.
  public private(set) var files: [String] = []
  /// What figures are written as, beside PNG.
  public var figureFormats: Set<FigureFormat> = []
  private var isCommitted = false

  /// - Throws: ``FormatError/unwritable(path:reason:)`` where the folder cannot be made.
  public init(path: String) throws {
    self.path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    let url = URL(filePath: self.path)
    staging =
      url.deletingLastPathComponent()
      .appending(path: ".\(url.lastPathComponent).\(UUID().uuidString.prefix(8))").path(percentEncoded: false)
    try Self.makeFolder(staging, for: path)
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(atPath: staging) }
  }

  /// `outputs/<verb>-<model>-<time>`: the folder of a run that names none.
  public static func defaultPath(verb: String, model: String, date: Date = Date()) -> String {
    let name = (model.pathParts.last ?? model).fileStem
    let time = date.formatted(
      .verbatim(
        "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)",
        timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    return "outputs/\(verb)-\(name)-\(time)"
  }

  /// Where `body` may write the file `name`.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)`` where the name leads out of the folder.
  public func write(_ name: String, _ body: (_ path: String) throws -> Void) throws {
    guard name.staysInside else { throw FormatError.unwritable(path: name, reason: "it leads out of the folder") }
    let target = URL(filePath: staging).appending(path: name)
    try Self.makeFolder(target.deletingLastPathComponent().path(percentEncoded: false), for: name)
    try body(target.path(percentEncoded: false))
    files.append(name)
  }

  public func write(_ name: String, data: Data) throws {
    try write(name) { path in try AtomicFile.write(path) { try $0.append(data) } }
  }

  /// Writes the manifest and moves everything to its place. Files of an earlier run under the same names are replaced.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public func commit(_ manifest: Manifest) throws {
    var manifest = manifest
    manifest.files = files
    try write("manifest.json", data: manifest.json())
    let manager = FileManager.default
    do {
      if !manager.fileExists(atPath: path) {
        try manager.moveItem(atPath: staging, toPath: path)
      } else {
        for name in files {
          let target = URL(filePath: path).appending(path: name)
          try Self.makeFolder(target.deletingLastPathComponent().path(percentEncoded: false), for: name)
          guard rename(staging + "/" + name, target.path(percentEncoded: false)) == 0 else {
            throw FormatError.unwritable(path: name, reason: String(cString: strerror(errno)))
          }
        }
        try manager.removeItem(atPath: staging)
      }
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError.unwritable(path: path, reason: error.localizedDescription)
    }
    isCommitted = true
  }

  /// Makes a folder and those above it; `wanted` is what the user knows it for.
  private static func makeFolder(_ path: String, for wanted: String) throws {
    let parts = path.pathParts
    for end in 1...max(parts.count, 1) where !parts.isEmpty {
      let folder = (path.utf8.first == UInt8(ascii: "/") ? "/" : "") + parts[..<end].joined(separator: "/")
      if mkdir(folder, 0o777) != 0, errno != EEXIST, end == parts.count || errno != EROFS {
        throw FormatError.unwritable(path: wanted, reason: String(cString: strerror(errno)))
      }
    }
  }
}
