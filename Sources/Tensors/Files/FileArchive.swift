import Foundation
import Synchronization

/// A tar or zip archive as a folder of files that are read where they lie: nothing is unpacked onto a disk.
///
/// A member is addressed as if the archive were a folder, `set.tar/cats/1.png`: no other file can have that name, as nothing
/// lies beneath a file. What stands behind the archive's own name is looked up in its table of contents and nowhere else,
/// so that members called `../x` or `/etc/passwd` are but names.
public final class FileArchive: Sendable {
  /// Of the archive itself.
  public let path: String
  /// Of its files, in its order, each once.
  public let names: [String]

  private let file: MappedFile
  private let contents: Contents
  private let stamp: Stamp

  private enum Contents: Sendable {
    case zip(ZipArchive)
    case tar([String: Range<Int>])
  }

  /// What changes where a file is replaced or written to.
  private struct Stamp: Hashable {
    let (device, node, size, second, nanosecond): (UInt64, UInt64, Int, Int, Int)

    /// `nil` where there is no regular file.
    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      #if canImport(Glibc)
        let time = status.st_mtim
      #else
        let time = status.st_mtimespec
      #endif
      (device, node) = (UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
      (size, second, nanosecond) = (Int(status.st_size), Int(time.tv_sec), Int(time.tv_nsec))
    }
  }

  /// An archive may hold so many files.
  static let mostMembers = 1 << 21
  /// A member may be so large, in bytes.
  private static let largestMember = 1 << 30

  static func tooMany(_ path: String) -> FormatError {
    .unsupported(
      path: path, what: "an archive of more than \(mostMembers) files", advice: "Pack them into several.")
  }

  private init(_ path: String, _ stamp: Stamp) throws {
    (self.path, self.stamp) = (path, stamp)
    if let ending = Self.compressed.first(where: path.lowercased().hasSuffix) {
      throw FormatError.unsupported(
        path: path, what: "a compressed tar archive",
        advice: "Pictures are compressed already: make it a plain one\(ending.hasSuffix("gz") ? " (gunzip)" : "").")
    }
    let file = try MappedFile(path: path)
    self.file = file
    (contents, names) = try MappedFile.noticingLosses(at: path) {
      if file.bytes.isEmpty { throw FormatError.unreadable(path: path, reason: "the file is empty") }
      guard path.lowercased().hasSuffix(".zip") else {
        let entries = try TarArchive(file).entries
        let ranges = Dictionary(entries.map { ($0.name, $0.range) }) { $1 }
        var seen: Set<String> = []
        return (.tar(ranges), entries.map(\.name).filter { seen.insert($0).inserted })
      }
      let archive = try ZipArchive(file)
      guard archive.entries.count <= Self.mostMembers else { throw Self.tooMany(path) }
      return (.zip(archive), archive.entries.map(\.name).filter { Self.file($0, in: archive) != nil })
    }
  }

  private static let compressed = [
    ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.lz4",
  ]

  /// Whether a file is called as archives are: `.zip`, `.tar`, or as compressed ones, which are refused when they are
  /// opened.
  public static func isNamed(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.hasSuffix(".zip") || name.hasSuffix(".tar") || compressed.contains(where: name.hasSuffix)
  }

  /// The archive of a path, opened or as it was opened before.
  ///
  /// - Throws: ``FormatError`` where it is none, cut off or damaged, or asks for too much.
  public static func at(_ path: String) throws -> FileArchive {
    guard let stamp = Stamp(path) else { throw FormatError.unreadable(path: path, reason: "not a regular file") }
    return try shelf.withLock { shelf in
      if let place = shelf.firstIndex(where: { $0.path == path }) {
        let archive = shelf.remove(at: place)
        if archive.stamp == stamp {
          shelf.append(archive)
          return archive
        }
      }
      let archive = try FileArchive(path, stamp)
      shelf.append(archive)
      if shelf.count > 4 { shelf.removeFirst() }
      return archive
    }
  }

  /// Archives whose files were read last: their tables of contents are not read again for each file.
  private static let shelf = Mutex<[FileArchive]>([])

  /// Whether a path names a file in an archive.
  public static func holds(_ path: String) -> Bool {
    guard let (archive, name) = split(path), let found = try? at(archive) else { return false }
    switch found.contents {
    case .zip(let zip): return Self.file(name, in: zip) != nil
    case .tar(let ranges): return ranges[name] != nil
    }
  }

  /// Whether a path leads through an archive, to a file that it holds or not.
  public static func leadsInto(_ path: String) -> Bool { split(path) != nil }

  /// - Returns: a member's bytes and their number; `nil` where a path leads into no archive.
  /// - Throws: ``FormatError`` where the archive does not hold it, or it is damaged.
  static func member(at path: String) throws -> (block: MemoryBlock, count: Int)? {
    guard let (archive, name) = split(path) else { return nil }
    return try at(archive).contents(of: name)
  }

  /// A path's part that is an archive, and what stands behind it.
  private static func split(_ path: String) -> (archive: String, name: String)? {
    let bytes = path.utf8
    for slash in bytes.indices where bytes[slash] == UInt8(ascii: "/") && slash != bytes.startIndex {
      let front = String(decoding: bytes[..<slash], as: UTF8.self)
      // Nothing lies beneath a file: the first one ends the path.
      guard isNamed(front), Stamp(front) != nil else { continue }
      return (front, String(decoding: bytes[bytes.index(after: slash)...], as: UTF8.self))
    }
    return nil
  }

  /// Folders are entries of zip archives, too.
  private static func file(_ name: String, in zip: ZipArchive) -> ZipArchive.Entry? {
    name.isEmpty || name.hasSuffix("/") ? nil : zip.entry(named: name)
  }

  private func contents(of name: String) throws -> (block: MemoryBlock, count: Int) {
    func checked(_ size: Int) throws {
      guard size <= Self.largestMember else {
        throw FormatError.unsupported(
          path: path, what: "the member '\(name)' of \(size) bytes", advice: "Unpack the archive first.")
      }
    }
    let missing = FormatError.unreadable(path: path, reason: "it holds no file '\(name)'")
    return try MappedFile.noticingLosses(at: path) {
      switch contents {
      case .zip(let zip):
        guard let entry = Self.file(name, in: zip) else { throw missing }
        try checked(entry.size)
        return (try zip.contents(of: entry), entry.size)
      case .tar(let ranges):
        guard let range = ranges[name] else { throw missing }
        try checked(range.count)
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
        defer { file.releasePages(of: bytes) }
        return (MemoryBlock(copying: bytes), range.count)
      }
    }
  }
}

extension MemoryBlock {
  /// With the bytes of another place.
  convenience init(copying bytes: UnsafeRawBufferPointer) {
    self.init(byteCount: bytes.count)
    if let source = bytes.baseAddress { base.copyMemory(from: source, byteCount: bytes.count) }
  }
}
