/// A tensor whose elements stay at one address for as long as this object lives.
public final class PinnedTensor: @unchecked Sendable {
  /// As many elements as the tensor has, in row-major order.
  public let base: UnsafePointer<Float>
  private let storage: TensorStorage

  init(_ storage: TensorStorage) {
    self.storage = storage
    base = UnsafePointer(storage.pin())
  }

  deinit {
    storage.unpin()
  }
}
