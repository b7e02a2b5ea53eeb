/// The one owner of a tensor's elements: memory of its own, a window into memory that somebody else keeps alive, such
/// as a mapped file, memory that somebody else lends to be written, or memory that is filled again when it is needed.
///
/// Only memory of its own and lent memory is ever written: a tensor copies the others first.
final class TensorStorage: @unchecked Sendable {
  let count: Int
  private let memory: Memory

  private enum Memory {
    case own(MemoryBlock)
    case borrowed(UnsafeMutablePointer<Float>, keeper: AnyObject)
    case lent(UnsafeMutablePointer<Float>)
    case renewable(RenewableMemory)
  }

  init(uninitialized count: Int) {
    self.count = count
    let block = MemoryBlock(byteCount: count * MemoryLayout<Float>.stride)
    block.base.bindMemory(to: Float.self, capacity: count)
    memory = .own(block)
  }

  init(borrowing base: UnsafePointer<Float>, count: Int, keeper: AnyObject) {
    self.count = count
    memory = .borrowed(UnsafeMutablePointer(mutating: base), keeper: keeper)
  }

  init(lending base: UnsafeMutablePointer<Float>, count: Int) {
    self.count = count
    memory = .lent(base)
  }

  init(count: Int, filledBy fill: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void) {
    self.count = count
    memory = .renewable(RenewableMemory(count: count, fill: fill))
  }

  /// Whether the memory may be written by the one tensor that holds it.
  var isWritable: Bool {
    switch memory {
    case .own, .lent: true
    case .borrowed, .renewable: false
    }
  }

  /// The address of the elements, good until ``unpin()``.
  func pin() -> UnsafeMutablePointer<Float> {
    switch memory {
    case .own(let block): block.base.assumingMemoryBound(to: Float.self)
    case .borrowed(let base, _), .lent(let base): base
    case .renewable(let elements): elements.pin()
    }
  }

  func unpin() {
    if case .renewable(let elements) = memory { elements.unpin() }
  }

  func withElements<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) {
      defer { unpin() }
      return try body(UnsafeMutableBufferPointer(start: pin(), count: count))
    }
  }

  func letGo() {
    switch memory {
    case .own, .lent: break
    case .borrowed(let base, let keeper):
      let part = UnsafeRawBufferPointer(UnsafeBufferPointer(start: base, count: count))
      (keeper as? MappedFile)?.releasePages(of: part)
    case .renewable(let elements): elements.letGo()
    }
  }

  func copied() -> TensorStorage {
    let copy = TensorStorage(uninitialized: count)
    withElements { source in
      copy.withElements { target in
        guard let from = source.baseAddress else { return }
        target.baseAddress?.initialize(from: from, count: count)
      }
    }
    return copy
  }
}
