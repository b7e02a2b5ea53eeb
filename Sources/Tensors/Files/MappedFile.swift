import Foundation
import Synchronization

/// A file's bytes. Small files are copied into memory, so that nobody can change what was read; large ones are mapped,
/// and weights are windows into them that cost no memory of their own.
///
/// A file in an archive is one too, under a name that no other file can have: `set.tar/cats/1.png` (``FileArchive``).
public final class MappedFile: @unchecked Sendable {
  /// As it was given.
  public let path: String
  /// The whole file; valid as long as this object lives.
  public let bytes: UnsafeRawBufferPointer
  /// `nil` where the file is empty.
  private let memory: FileMemory?

  /// - Throws: ``FormatError/unreadable(path:reason:)`` where the file cannot be opened, is not a regular file, or is cut
  ///   off while it is read.
  public convenience init(path: String) throws {
    try self.init(
      path: path, largestCopied: Self.copiesAlways.load(ordering: .relaxed) ? .max : FileMemory.largestCopied)
  }

  private static let copiesAlways = Atomic(false)

  /// From now on files of any size are copied: for code that lives in a process of somebody else's, whose handler of
  /// SIGBUS, which mapped files need (``LostPages``), must stay as it is.
  public static func leaveSignalsAlone() { copiesAlways.store(true, ordering: .relaxed) }

  init(path: String, largestCopied: Int) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOTDIR, let member = try FileArchive.member(at: path) {
        memory = .copied(member.block)
        bytes = UnsafeRawBufferPointer(start: member.block.base, count: member.count)
        return
      }
      throw FormatError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError.unreadable(path: path, reason: "not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      memory = nil
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let memory = try FileMemory(descriptor: descriptor, count: count, path: path, largestCopied: largestCopied)
    self.memory = memory
    bytes = UnsafeRawBufferPointer(start: memory.base, count: count)
  }

  /// Does something with files that others may cut off meanwhile. Where that happens to a mapped one, zeros are read in
  /// its place, and the result is thrown away.
  ///
  /// - Throws: what `body` does; ``FormatError/unreadable(path:reason:)`` where a mapped file has lost bytes.
  public static func noticingLosses<Value>(at path: String, _ body: () throws -> Value) throws -> Value {
    let failure = FormatError.unreadable(
      path: path, reason: "it became shorter while it was read; somebody may be writing it")
    let (result, hasLost) = LostPages.asking { Result(catching: body) }
    if hasLost { throw failure }
    return try result.get()
  }

  /// Lets go of the memory behind a part of the file that nobody reads soon. Reading it again fetches it again.
  func releasePages(of part: UnsafeRawBufferPointer) {
    guard case .mapped? = memory, let start = part.baseAddress else { return }
    // Whole pages only: their neighbours may be in use.
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let first = (UInt(bitPattern: start) + page - 1) / page * page
    let last = UInt(bitPattern: start + part.count) / page * page
    guard first < last, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(address, Int(last - first), MADV_DONTNEED)
  }

  deinit {
    memory?.close()
  }
}
