import Foundation

/// Where the bytes of an open file stand while they are read.
enum FileMemory {
  /// Copied: whoever writes to the file, or cuts it off, changes nothing any more.
  case copied(MemoryBlock)
  /// Lent by the system page by page. What the file loses while it is mapped is lost.
  case mapped(UnsafeMutableRawPointer, count: Int)

  /// Files up to this size are copied.
  static let largestCopied = 1 << 26

  /// - Throws: ``FormatError/unreadable(path:reason:)``.
  init(descriptor: Int32, count: Int, path: String, largestCopied: Int = largestCopied) throws {
    if count <= largestCopied {
      let block = MemoryBlock(byteCount: count)
      var done = 0
      while done < count {
        let got = pread(descriptor, block.base + done, count - done, off_t(done))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw FormatError.unreadable(path: path, reason: String(cString: strerror(errno))) }
        guard got > 0 else {
          throw FormatError.unreadable(
            path: path, reason: "it became shorter while it was read; somebody may be writing it")
        }
        done += got
      }
      self = .copied(block)
    } else {
      guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
        throw FormatError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      LostPages.watch(base, count: count, path: path)
      self = .mapped(base, count: count)
    }
  }

  var base: UnsafeRawPointer {
    switch self {
    case .copied(let block): UnsafeRawPointer(block.base)
    case .mapped(let base, _): UnsafeRawPointer(base)
    }
  }

  /// Gives back what is mapped; copies go with their last reader.
  func close() {
    guard case .mapped(let base, let count) = self else { return }
    LostPages.forget(base)
    munmap(base, count)
  }
}
