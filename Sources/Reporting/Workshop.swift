import Foundation
import GinghamTensors

/// The hidden folder in which a run's folder is made.
///
///     .gingham-NAME/
///       lock        held by the process that works here; the system lets go of it when the process ends
///       identity    of the run
///       files/      what will be the run's folder
///       keepsakes/  what a run keeps of its work until it is complete
final class Workshop {
  static let prefix = ".gingham-"

  let folder: String
  /// Where the finished folder goes.
  private let destination: String
  /// What the user knows it for.
  private let wanted: String
  private let lock: FileLock
  /// Whether the destination is a place of its own that cannot be renamed: where a file system begins, or in a folder
  /// that cannot be written.
  private let isInside: Bool

  var files: String { folder + "/files" }
  var keepsakes: String { folder + "/keepsakes" }

  /// Takes the workshop of a destination, with what an earlier process of the same identity has left in it.
  ///
  /// - Throws: ``RunFolderError/busy(path:)``, ``FormatError/unwritable(path:reason:)``.
  init(for destination: String, named wanted: String, identity: String?) throws {
    self.destination = destination
    self.wanted = wanted
    let (parent, name) = Self.split(destination)
    isInside = Self.mustStayInside(destination, parent: parent)
    if !isInside { try makeFolder(parent, for: wanted) }
    let place = isInside ? destination : parent
    folder = place + "/" + Self.prefix + name
    Self.clear(place, except: name)
    self.lock = try Self.lock(folder, for: wanted)
    Self.putBack(from: folder, to: destination)
    let mark = folder + "/identity"
    if identity == nil || FileManager.default.contents(atPath: mark) != identity.map({ Data($0.utf8) }) {
      for part in [mark, files, keepsakes] { try? FileManager.default.removeItem(atPath: part) }
      try AtomicFile.write(mark) { try $0.append(Array((identity ?? "").utf8)) }
    }
    try makeFolder(files, for: wanted)
  }

  /// Others that begin beside it hold the lock for an instant, to see whether anybody works here, and take away what they
  /// find empty: only who holds it for longer is at work.
  private static func lock(_ folder: String, for wanted: String) throws -> FileLock {
    for attempt in 0..<50 {
      if attempt > 0 { usleep(20_000) }
      try makeFolder(folder, for: wanted)
      if let lock = FileLock(folder + "/lock") { return lock }
    }
    throw RunFolderError.busy(path: wanted)
  }

  private static func split(_ path: String) -> (parent: String, name: String) {
    (path.parentFolder, path.lastPathPart.isEmpty ? "root" : path.lastPathPart)
  }

  private static func mustStayInside(_ path: String, parent: String) -> Bool {
    var (own, above) = (stat(), stat())
    guard stat(path, &own) == 0, own.st_mode & S_IFMT == S_IFDIR, stat(parent, &above) == 0 else { return false }
    return own.st_dev != above.st_dev || own.st_ino == above.st_ino || access(parent, W_OK) != 0
  }

  var holdsKeepsakes: Bool { Self.holdsFiles(keepsakes) }

  /// Folders alone are nothing to go on from.
  private static func holdsFiles(_ folder: String) -> Bool {
    (try? FileManager.default.subpathsOfDirectory(atPath: folder))?.contains { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    } ?? false
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: Delivery

  /// Moves `names` to the destination in one step; everything else in the workshop goes.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func deliver(_ names: [String]) throws {
    try prune(to: Set(names))
    for name in names { try flush(files + "/" + name) }
    try flush(files)
    if isInside {
      try deliverInside(names)
    } else {
      try exchange()
    }
    remove()
  }

  /// Takes out what no longer belongs to the run: a file of it that was cut short, and folders without files.
  private func prune(to names: Set<String>) throws {
    guard let found = FileManager.default.enumerator(atPath: files) else { return }
    var folders: Set<String> = []
    for name in names {
      let parts = name.pathParts
      for end in parts.indices.dropFirst() { folders.insert(parts[..<end].joined(separator: "/")) }
    }
    for case let name as String in found where !names.contains(name) && !folders.contains(name) {
      try? FileManager.default.removeItem(atPath: files + "/" + name)
    }
  }

  /// A rename must not reach the disk before what it names.
  private func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    // Folders cannot be flushed everywhere.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure() }
  }

  private func exchange() throws {
    // An empty folder, too, is replaced.
    if rename(files, destination) == 0 { return try flush(Self.split(destination).parent) }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw failure() }
    let aside = folder + "/before"
    try? FileManager.default.removeItem(atPath: aside)
    guard rename(destination, aside) == 0 else { throw failure() }
    guard rename(files, destination) == 0 else {
      let error = failure()
      rename(aside, destination)
      throw error
    }
    try flush(Self.split(destination).parent)
  }

  /// Where one rename cannot do it, the manifest comes last: a folder without one is no run.
  private func deliverInside(_ names: [String]) throws {
    let manager = FileManager.default
    for name in try manager.contentsOfDirectory(atPath: destination).sorted(by: { a, _ in a == RunFolder.manifestName })
    where !name.hasPrefix(Self.prefix) {
      try? manager.removeItem(atPath: destination + "/" + name)
    }
    let manifest = RunFolder.manifestName
    let tops = try manager.contentsOfDirectory(atPath: files).filter { $0 != manifest } + [manifest]
    for name in tops where names.contains(where: { $0 == name || $0.hasPrefix(name + "/") }) {
      guard rename(files + "/" + name, destination + "/" + name) == 0 else { throw failure() }
    }
    try flush(destination)
  }

  private func failure() -> FormatError {
    .unwritable(path: wanted, reason: String(cString: strerror(errno)))
  }

  // MARK: What processes leave that were killed

  /// An exchange that was cut short has left the old folder aside.
  private static func putBack(from workshop: String, to destination: String) {
    let aside = workshop + "/before"
    guard FileManager.default.fileExists(atPath: aside) else { return }
    if !FileManager.default.fileExists(atPath: destination) { rename(aside, destination) }
    try? FileManager.default.removeItem(atPath: aside)
  }

  /// Removes workshops in which nobody works and nothing is kept.
  private static func clear(_ place: String, except name: String) {
    for left in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    where left.hasPrefix(prefix) && left != prefix + name {
      let folder = place + "/" + left
      let isOwn = FileManager.default.fileExists(atPath: folder + "/identity")
      guard isOwn, let lock = FileLock(folder + "/lock") else { continue }
      putBack(from: folder, to: place + "/" + left.dropFirst(prefix.count))
      if !holdsFiles(folder + "/keepsakes") { try? FileManager.default.removeItem(atPath: folder) }
      withExtendedLifetime(lock) {}
    }
  }

  /// The name of a run of an identity that was cut short, the latest where there are several.
  static func abandoned(in place: String, stem: String, identity: String) -> String? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []).filter {
      $0.hasPrefix(prefix + stem)
    }
    return names.sorted().last { name in
      let folder = place + "/" + name
      return FileManager.default.contents(atPath: folder + "/identity") == Data(identity.utf8)
        && FileLock(folder + "/lock") != nil
    }.map { String($0.dropFirst(prefix.count)) }
  }
}
