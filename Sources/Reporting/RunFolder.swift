import Foundation
import GinghamTensors

/// The folder a run writes. Files gather in a hidden folder beside it and appear under their names all at once, when the
/// run is complete: nobody ever sees half a run, or the files of two.
///
/// The hidden folder belongs to one process, by a lock that the system takes back when the process ends. What a run
/// keeps of its work outlives it there (``keep(_:_:)``), and the next run with the same identity goes on from it.
public final class RunFolder {
  /// Where the run appears when it is complete.
  public let path: String
  /// What the run is, in one number; `nil`: nothing else is ever taken for it.
  public let identity: String?
  private let workshop: Workshop
  /// Files written so far, in order.
  public private(set) var files: [String] = []
  private var known: Set<String> = []
  /// Folders inside this one that hold files of the run, each without a slash at its end.
  private var subfolders: Set<String> = []
  /// What figures are written as, beside PNG.
  public var figureFormats: Set<FigureFormat> = []
  /// What figures are of.
  public var figureSubject = FigureSubject()
  private var isCommitted = false

  /// - Parameters:
  ///   - identity: of the run. A folder that holds a whole run and nothing else is replaced.
  ///   - replaces: whether a folder that holds anything else may be replaced, too.
  /// - Throws: ``RunFolderError``, ``FormatError/unwritable(path:reason:)`` where the folder cannot be made.
  public init(path: String, identity: String? = nil, replaces: Bool = false) throws {
    let url = URL(filePath: path).standardizedFileURL
    // A link to a folder elsewhere stays, and what it points to is written.
    let isThere = FileManager.default.fileExists(atPath: path)
    self.path = (isThere ? url.resolvingSymlinksInPath() : url).path(percentEncoded: false).withoutLastSlash
    self.identity = identity
    guard replaces || Self.isFree(self.path) else { throw RunFolderError.occupied(path: path) }
    workshop = try Workshop(for: self.path, named: path, identity: identity)
    // A folder may have come back that a killed process had taken out of its place.
    guard replaces || Self.isFree(self.path) else { throw RunFolderError.occupied(path: path) }
  }

  deinit {
    // What was kept is for the next run.
    if !isCommitted, !workshop.holdsKeepsakes { workshop.remove() }
  }

  /// Whether nothing is lost where a folder of this name is written.
  private static func isFree(_ path: String) -> Bool {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: path) else { return true }
    if names.allSatisfy({ $0.hasPrefix(Workshop.prefix) }) { return true }
    // A run from end to end may be followed by another one under its name.
    guard let before = try? Manifest.Identity(ofFolder: path) else { return false }
    // What somebody has put beside the run's own files is not lost.
    let own = Set(
      (before.files + [Self.manifestName]).flatMap { name in
        name.pathParts.indices.map { name.pathParts[...$0].joined(separator: "/") }
      })
    return manager.enumerator(atPath: path)?.allSatisfy { entry in
      guard let name = entry as? String else { return false }
      return own.contains(name) || name.hasPrefix(Workshop.prefix)
    } ?? false
  }

  /// `outputs/<verb>-<model>-<time>`: the folder of a run that names none. A run of the same identity that was cut short
  /// there keeps its time.
  public static func defaultPath(
    verb: String, model: String, date: Date = Date(), identity: String? = nil
  ) -> String {
    let name = (model.pathParts.last ?? model).fileStem
    let stem = "\(verb)-\(name)-"
    if let identity, let begun = Workshop.abandoned(in: "outputs", stem: stem, identity: identity) {
      return "outputs/\(begun)"
    }
    let time = date.formatted(
      .verbatim(
        "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)-\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)",
        timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    // Two runs may begin in one second.
    let names = [time] + (2...999).map { "\(time)-\($0)" }
    let free = names.first { name in
      ["outputs/\(stem)\(name)", "outputs/\(Workshop.prefix)\(stem)\(name)"].allSatisfy {
        !FileManager.default.fileExists(atPath: $0)
      }
    }
    return "outputs/\(stem)\(free ?? time)"
  }

  /// Where `body` may write the file `name`.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)`` where the name leads out of the folder.
  public func write(_ name: String, _ body: (_ path: String) throws -> Void) throws {
    guard name.staysInside else { throw FormatError.unwritable(path: name, reason: "it leads out of the folder") }
    let target = staged(name)
    try makeFolder(target.parentFolder, for: name)
    try body(target)
    add(name)
  }

  /// Writes a file of the run.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public func write(_ name: String, data: Data) throws {
    try write(name) { path in try AtomicFile.write(path) { try $0.append(data) } }
  }

  /// Files of the run as a report lists them: those written so far and its manifest.
  public var filesToBe: [String] { files + [Self.manifestName] }

  static let manifestName = "manifest.json"

  private func add(_ name: String) {
    guard known.insert(name).inserted else { return }
    files.append(name)
    let parts = name.pathParts
    for end in parts.indices.dropFirst() { subfolders.insert(parts[..<end].joined(separator: "/")) }
  }

  /// Whether the run has files in a folder inside this one.
  public func holdsFiles(in subfolder: String) -> Bool { subfolders.contains(subfolder) }

  // MARK: What outlives a run that is cut short

  /// Where `body` may write something that the run keeps of its work until it is complete. A run that fails leaves the
  /// hidden folder for the next one as soon as anything was kept.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``, and what `body` does.
  public func keep(_ name: String, _ body: (_ path: String) throws -> Void) throws {
    guard name.staysInside else { throw FormatError.unwritable(path: name, reason: "it leads out of the folder") }
    let target = keepsake(name)
    try makeFolder(target.parentFolder, for: name)
    try body(target)
  }

  /// Says that what was written so far is worth going on from, where nothing else is kept.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public func keepFiles() throws {
    guard !workshop.holdsKeepsakes else { return }
    try keep("files") { path in try AtomicFile.write(path) { _ in } }
  }

  /// Where something is kept, by this run or the one before it.
  public func keepsake(_ name: String) -> String { workshop.keepsakes + "/" + name }

  /// Where a file stands until the run is complete, written by this run or the one before it.
  public func staged(_ name: String) -> String { workshop.files + "/" + name }

  /// Where a file stands that the complete run has which this one replaces.
  public func replaced(_ name: String) -> String { path + "/" + name }

  /// Makes a file one of this run's that an earlier one has written: one that was cut short, or the complete one that
  /// this run replaces.
  ///
  /// - Returns: whether there is such a file.
  public func adopt(_ name: String) -> Bool {
    guard name.staysInside else { return false }
    let target = staged(name)
    if !FileManager.default.fileExists(atPath: target) {
      guard FileManager.default.fileExists(atPath: replaced(name)),
        (try? makeFolder(target.parentFolder, for: name)) != nil,
        (try? FileManager.default.copyItem(atPath: replaced(name), toPath: target)) != nil
      else { return false }
    }
    add(name)
    return true
  }

  /// The same of all files in a folder inside this one that was cut short.
  ///
  /// - Parameter prefix: with a slash at its end.
  public func adoptFiles(under prefix: String) {
    for name in ((try? FileManager.default.contentsOfDirectory(atPath: staged(prefix))) ?? []).sorted() {
      _ = adopt(prefix + name)
    }
  }

  // MARK: Completion

  /// Writes the manifest and puts everything in its place at once. A folder that was there before is gone afterwards.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public func commit(_ manifest: Manifest) throws {
    var manifest = manifest
    manifest.files = files
    manifest.run = identity
    try write(Self.manifestName, data: manifest.json())
    try workshop.deliver(files)
    isCommitted = true
  }
}

/// Why a folder cannot be written.
public enum RunFolderError: Error, Hashable, Sendable {
  /// It holds something that is not this run.
  case occupied(path: String)
  /// Another process is writing it.
  case busy(path: String)
}

extension RunFolderError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .occupied(let path): "'\(path)' holds files that no run has listed in its manifest"
    case .busy(let path): "another process is writing '\(path)'"
    }
  }
}

extension String {
  var withoutLastSlash: String {
    utf8.count > 1 && utf8.last == UInt8(ascii: "/") ? String(decoding: utf8.dropLast(), as: UTF8.self) : self
  }
}

/// Makes a folder and those above it; `wanted` is what the user knows it for.
///
/// - Throws: ``FormatError/unwritable(path:reason:)``.
func makeFolder(_ path: String, for wanted: String) throws {
  let parts = path.pathParts
  for end in 1...max(parts.count, 1) where !parts.isEmpty {
    let folder = (path.utf8.first == UInt8(ascii: "/") ? "/" : "") + parts[..<end].joined(separator: "/")
    if mkdir(folder, 0o777) != 0, errno != EEXIST, end == parts.count || errno != EROFS {
      throw FormatError.unwritable(path: wanted, reason: String(cString: strerror(errno)))
    }
  }
}
