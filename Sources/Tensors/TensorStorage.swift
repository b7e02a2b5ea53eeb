#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The one owner of a tensor's memory: either its own block, aligned to 64 bytes, or a window into memory that
/// somebody else keeps alive, such as a mapped file.
///
/// Borrowed memory is never written: a tensor copies it first.
final class TensorStorage: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  let count: Int
  private let keeper: AnyObject?

  var isBorrowed: Bool { keeper != nil }

  init(uninitialized count: Int) {
    self.count = count
    keeper = nil
    var block: UnsafeMutableRawPointer?
    let status = posix_memalign(&block, 64, max(count, 1) * MemoryLayout<Float>.stride)
    guard status == 0, let block else {
      preconditionFailure("no memory for a tensor of \(count) elements")
    }
    base = block.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  init(borrowing base: UnsafePointer<Float>, count: Int, keeper: AnyObject) {
    self.base = UnsafeMutablePointer(mutating: base)
    self.count = count
    self.keeper = keeper
  }

  deinit {
    if keeper == nil { free(base) }
  }

  func copied() -> TensorStorage {
    let copy = TensorStorage(uninitialized: count)
    copy.base.initialize(from: base, count: count)
    return copy
  }
}
