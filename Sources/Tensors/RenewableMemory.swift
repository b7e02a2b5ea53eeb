import Foundation

/// Elements that can be made again at any time, such as seeded random numbers: they exist while somebody reads them,
/// and after that until they are let go.
final class RenewableMemory: @unchecked Sendable {
  private let count: Int
  private let fill: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  private let lock = NSLock()
  private var block: MemoryBlock?
  private var readers = 0

  init(count: Int, fill: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void) {
    self.count = count
    self.fill = fill
  }

  /// Makes the elements where they are not there. They stay at this address until ``unpin()`` was called as often.
  func pin() -> UnsafeMutablePointer<Float> {
    lock.withLock {
      readers += 1
      if let block { return block.base.assumingMemoryBound(to: Float.self) }
      let made = MemoryBlock(byteCount: count * MemoryLayout<Float>.stride)
      let base = made.base.bindMemory(to: Float.self, capacity: count)
      fill(UnsafeMutableBufferPointer(start: base, count: count))
      block = made
      return base
    }
  }

  func unpin() {
    lock.withLock { readers -= 1 }
  }

  /// Frees the elements, unless somebody reads them.
  func letGo() {
    lock.withLock { if readers == 0 { block = nil } }
  }
}
