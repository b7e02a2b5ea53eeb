#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Memory of a fixed size with one owner, aligned to 64 bytes or better.
///
/// Large blocks come from the system page by page and go back to it at once: weights are made, rearranged and freed in
/// turn, and an allocator that kept what was freed would need as much memory as all of them together.
public final class MemoryBlock: @unchecked Sendable {
  /// The first byte.
  public let base: UnsafeMutableRawPointer
  /// Bytes.
  public let byteCount: Int
  private let isMapped: Bool

  private static let leastMapped = 1 << 20
  private static let leastLarge = 4 << 20

  /// Uninitialized memory. There is no way on without it, so the process ends, with a message and exit status 1, where
  /// there is none; whoever can still say no asks ``SystemMemory`` first.
  public init(byteCount: Int) {
    self.byteCount = max(byteCount, 64)
    isMapped = self.byteCount >= Self.leastMapped
    var block: UnsafeMutableRawPointer?
    if isMapped {
      block = mmap(nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if block == MAP_FAILED { block = nil }
      #if os(Linux)
        // Kernels that walk over channel blocks touch another page at every step: more small ones than a core keeps
        // addresses of.
        if let block, self.byteCount >= Self.leastLarge { _ = madvise(block, self.byteCount, MADV_HUGEPAGE) }
      #endif
    } else if posix_memalign(&block, 64, self.byteCount) != 0 {
      block = nil
    }
    guard let block else {
      let message = "Error: there is no memory for \(byteCount) bytes\n"
      _ = message.withCString { write(STDERR_FILENO, $0, message.utf8.count) }
      exit(1)
    }
    base = block
  }

  deinit {
    if isMapped { munmap(base, byteCount) } else { free(base) }
  }
}
