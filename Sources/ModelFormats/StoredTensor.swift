import Foundation
import GinghamTensors

/// An array that is still in its file, converted on first use and then kept.
final class StoredTensor: @unchecked Sendable {
  let shape: Shape
  let type: ElementType
  private let file: MappedFile?
  private let layout: StridedLayout?
  private let lock = NSLock()
  private var converted: Tensor?

  init(_ layout: StridedLayout, in file: MappedFile) {
    shape = layout.shape
    type = layout.type
    self.file = file
    self.layout = layout
  }

  init(_ tensor: Tensor) {
    shape = tensor.shape
    type = .float32
    file = nil
    layout = nil
    converted = tensor
  }

  var tensor: Tensor? {
    lock.withLock {
      if converted == nil, let layout, let file {
        converted = Tensor(layout, of: file.bytes, keeper: file)
      }
      return converted
    }
  }
}
