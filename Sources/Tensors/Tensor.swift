/// A contiguous array of 32-bit floats in row-major order, with value semantics.
///
/// Pictures and activations are N×C×H×W. A copy shares memory until one of the copies is written.
public struct Tensor: Sendable {
  /// Of the elements, which lie row-major.
  public let shape: Shape
  private var storage: TensorStorage

  /// A tensor whose elements are written by `body`, which must set every one of them.
  public init(
    _ shape: Shape, initializing body: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows {
    self.shape = shape
    storage = TensorStorage(uninitialized: shape.elementCount)
    try storage.withElements(body)
  }

  /// A tensor whose elements can be made at any time: `fill` must always write the same ones. They are made when they
  /// are first read, and again after ``letGo()``.
  public static func renewable(
    _ shape: Shape, by fill: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> Tensor {
    Tensor(shape, storage: TensorStorage(count: shape.elementCount, filledBy: fill))
  }

  /// A tensor of one value.
  public init(_ shape: Shape, repeating value: Float = 0) {
    self.init(shape) { $0.update(repeating: value) }
  }

  /// A tensor of the given scalars in row-major order. Their number must equal the shape's element count.
  public init(_ shape: Shape, _ scalars: some Collection<Float>) {
    precondition(scalars.count == shape.elementCount, "\(scalars.count) scalars do not fill \(shape)")
    self.init(shape) { buffer in
      _ = buffer.update(fromContentsOf: scalars)
    }
  }

  /// A tensor over memory that `keeper` keeps alive, for example a mapped file. Nothing is copied until it is written.
  ///
  /// `base` must be aligned for `Float` and hold the shape's element count.
  public init(_ shape: Shape, borrowing base: UnsafePointer<Float>, keeper: AnyObject) {
    self.shape = shape
    storage = TensorStorage(borrowing: base, count: shape.elementCount, keeper: keeper)
  }

  /// A tensor over memory that its caller lends to be written, such as an array of another language: results arrive there
  /// without a copy, as long as this tensor is the only one that holds them.
  ///
  /// `base` must be aligned for `Float` and hold the shape's element count, and the caller keeps it until the tensor and
  /// its copies are gone.
  public init(_ shape: Shape, lending base: UnsafeMutablePointer<Float>) {
    self.init(shape, storage: TensorStorage(lending: base, count: shape.elementCount))
  }

  private init(_ shape: Shape, storage: TensorStorage) {
    self.shape = shape
    self.storage = storage
  }

  /// Of the elements.
  public var count: Int { storage.count }

  /// The elements in row-major order, copied.
  public var scalars: [Float] { withUnsafeBufferPointer(Array.init) }

  /// Calls `body` with the elements, row-major.
  public func withUnsafeBufferPointer<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try storage.withElements { try body(UnsafeBufferPointer($0)) }
  }

  /// The elements at an address that outlives this call.
  public func pinned() -> PinnedTensor { PinnedTensor(storage) }

  /// Lends the elements for writing. Copies them first where another tensor or a file shares them.
  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !storage.isWritable || !isKnownUniquelyReferenced(&storage) {
      storage = storage.copied()
    }
    return try storage.withElements(body)
  }

  /// Says that the elements will not be read again soon. Those of a mapped file and those that can be remade leave
  /// memory, and come back with the next read; all others stay.
  public func letGo() { storage.letGo() }

  /// The same elements under another shape of equal element count; nothing is copied.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.elementCount == count, "\(self.shape) cannot be seen as \(shape)")
    return Tensor(shape, storage: storage)
  }

  /// An element, by an index for each axis.
  public subscript(indices: Int...) -> Float {
    get { withUnsafeBufferPointer { $0[offset(of: indices)] } }
    set {
      let offset = offset(of: indices)
      withUnsafeMutableBufferPointer { $0[offset] = newValue }
    }
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(indices.count == shape.rank, "\(indices.count) indices into a tensor of rank \(shape.rank)")
    var offset = 0
    for (axis, index) in indices.enumerated() {
      precondition((0..<shape[axis]).contains(index), "index \(index) outside axis \(axis) of \(shape)")
      offset = offset * shape[axis] + index
    }
    return offset
  }

  /// A tensor with `transform` applied to every element.
  public func map(_ transform: (Float) throws -> Float) rethrows -> Tensor {
    try withUnsafeBufferPointer { source in
      try Tensor(shape) { target in
        for index in source.indices { target[index] = try transform(source[index]) }
      }
    }
  }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool {
    withUnsafeBufferPointer { values in
      // Zero times anything finite is zero; infinities and NaN leave a NaN behind in one of the sums.
      var zeros = SIMD16<Float>.zero
      let whole = values.count - values.count % 16
      let bytes = UnsafeRawBufferPointer(values)
      for index in stride(from: 0, to: whole, by: 16) {
        zeros += 0 * bytes.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
      }
      return zeros.sum() == 0 && values[whole...].allSatisfy(\.isFinite)
    }
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal elements (a NaN equals nothing, as in IEEE 754).
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape
      && left.withUnsafeBufferPointer { a in right.withUnsafeBufferPointer { b in a.elementsEqual(b) } }
  }
}
