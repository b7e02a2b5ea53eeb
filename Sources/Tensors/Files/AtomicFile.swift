import Foundation

/// A file that appears under its name only when it is complete: it is written under a temporary name beside it,
/// flushed to the disk and renamed. A reader never sees half of it, and an older file stays until then.
///
/// The temporary file is locked while it is written, so that the next writer of the same file can tell what a process left
/// that was killed, and removes it.
public enum AtomicFile {
  /// Writes what `body` appends to the file at `path`, replacing one that is there.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``, or what `body` throws; nothing is left behind then.
  public static func write(_ path: String, _ body: (Writer) throws -> Void) throws {
    removeLeftovers(of: path)
    let temporary = "\(path).\(UUID().uuidString.prefix(8))\(suffix)"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AtomicFile.failure(path) }
    flock(descriptor, LOCK_EX | LOCK_NB)
    var isOpen = true
    do {
      try body(Writer(path: path, descriptor: descriptor))
      guard fsync(descriptor) == 0 else { throw AtomicFile.failure(path) }
      isOpen = false
      guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw AtomicFile.failure(path) }
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
  }

  private static let suffix = ".tmp"

  private static func removeLeftovers(of path: String) {
    let (place, name) = (path.parentFolder, path.lastPathPart)
    for left in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    where left.hasPrefix(name + ".") && left.hasSuffix(suffix)
      && left.utf8.count == name.utf8.count + 1 + 8 + suffix.utf8.count
    {
      // Who can lock it is alone with it: its writer has ended.
      let descriptor = open(place + "/" + left, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(place + "/" + left) }
      close(descriptor)
    }
  }

  /// Takes the bytes of a file that is being written.
  public struct Writer {
    fileprivate let path: String
    fileprivate let descriptor: Int32

    /// Adds bytes at the end.
    ///
    /// - Throws: ``FormatError/unwritable(path:reason:)``.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw AtomicFile.failure(path) }
        rest = rest.dropFirst(written)
      }
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: ``FormatError/unwritable(path:reason:)``.
    public func append(_ bytes: some Collection<UInt8>) throws {
      try Array(bytes).withUnsafeBytes { try append($0) }
    }

    /// The elements as little-endian float32 in row-major order.
    public func append(_ tensor: Tensor) throws {
      try tensor.withUnsafeBufferPointer { elements in
        if 1.littleEndian == 1 {
          try append(UnsafeRawBufferPointer(elements))
        } else {
          try elements.map(\.bitPattern.littleEndian).withUnsafeBytes { try append($0) }
        }
      }
    }
  }

  fileprivate static func failure(_ path: String) -> FormatError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}
