import Foundation
import GinghamArchitectures
import GinghamTensors

/// Zeros that take no memory: pages of an anonymous mapping that nothing writes to.
final class ZeroPages {
  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  init?(count: Int) {
    byteCount = count * MemoryLayout<Float>.stride
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE)
    guard let base = mmap(nil, byteCount, PROT_READ, flags, -1, 0), base != MAP_FAILED else { return nil }
    self.base = base
  }

  deinit {
    munmap(base, byteCount)
  }

  func tensor(_ shape: Shape) -> Tensor {
    precondition(shape.elementCount * MemoryLayout<Float>.stride <= byteCount, "too few pages for \(shape)")
    return Tensor(shape, borrowing: UnsafePointer(base.assumingMemoryBound(to: Float.self)), keeper: self)
  }
}

extension Blueprint {
  /// Parameters of the right names and shapes, all zero.
  func zeros() -> [String: Tensor]? {
    let largest = parameters.map(\.shape.elementCount).max() ?? 1
    guard let pages = ZeroPages(count: largest) else { return nil }
    return Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, pages.tensor($0.shape)) })
  }
}
