import Foundation

/// A file's bytes, mapped read-only. Weights are windows into it, so a large file costs no memory of its own.
public final class MappedFile: @unchecked Sendable {
  public let path: String
  public let bytes: UnsafeRawBufferPointer

  /// - Throws: ``FormatError/unreadable(path:reason:)`` where the file cannot be opened or is not a regular file.
  public init(path: String) throws {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw FormatError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw FormatError.unreadable(path: path, reason: "not a regular file")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw FormatError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Lets go of the memory behind a part of the file that nobody reads soon. Reading it again fetches it again.
  func releasePages(of part: UnsafeRawBufferPointer) {
    guard let start = part.baseAddress else { return }
    // Whole pages only: their neighbours may be in use.
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let first = (UInt(bitPattern: start) + page - 1) / page * page
    let last = UInt(bitPattern: start + part.count) / page * page
    guard first < last, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(address, Int(last - first), MADV_DONTNEED)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }
}
