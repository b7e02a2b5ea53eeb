extension Tensor {
  /// The array that `layout` finds in `bytes`, as 32-bit floats in row-major order.
  ///
  /// The bytes are little-endian. Contiguous float32 at an aligned address is borrowed from `keeper`, which must keep
  /// `bytes` alive; everything else is converted when it is read. Integers beyond 2²⁴ and float64 are rounded.
  /// `layout` must have been made for at most `bytes.count` bytes.
  public init(_ layout: StridedLayout, of bytes: UnsafeRawBufferPointer, keeper: AnyObject) {
    if layout.isBorrowable(from: bytes), let base = bytes.baseAddress {
      let start = (base + layout.byteOffset).assumingMemoryBound(to: Float.self)
      self.init(layout.shape, borrowing: start, keeper: keeper)
    } else {
      let source = KeptBytes(bytes: bytes, keeper: keeper)
      self = .renewable(layout.shape) {
        layout.decode(source.bytes, into: $0)
        if layout.isContiguous { source.letGo(layout) }
      }
    }
  }

  /// The array that `layout` finds in `bytes`, converted into memory of its own.
  public init(_ layout: StridedLayout, copying bytes: UnsafeRawBufferPointer) {
    self.init(layout.shape) { target in layout.decode(bytes, into: target) }
  }
}

/// Read-only bytes together with what keeps them alive.
private struct KeptBytes: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  let keeper: AnyObject

  /// The converted elements stand for those in the file from now on.
  func letGo(_ layout: StridedLayout) {
    let end = layout.byteOffset + layout.shape.elementCount * layout.type.byteCount
    (keeper as? MappedFile)?.releasePages(of: UnsafeRawBufferPointer(rebasing: bytes[layout.byteOffset..<end]))
  }
}

extension StridedLayout {
  /// Whether the elements can be used where they lie.
  public func isBorrowable(from bytes: UnsafeRawBufferPointer) -> Bool {
    guard type == .float32, 1.littleEndian == 1, isContiguous, shape.elementCount > 0, let base = bytes.baseAddress
    else { return false }
    return UInt(bitPattern: base + byteOffset) % UInt(MemoryLayout<Float>.alignment) == 0
  }

  /// Converts the elements in `bytes` to floats, in row-major order.
  fileprivate func decode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    guard !target.isEmpty else { return }
    let source = UnsafeRawBufferPointer(rebasing: bytes[byteOffset...])
    switch type {
    case .float32: gather(from: source, into: target) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: gather(from: source, into: target, Float.init(halfBits:))
    case .bfloat16:
      gather(from: source, into: target) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64: gather(from: source, into: target) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int8: gather(from: source, into: target) { (bits: Int8) in Float(bits) }
    case .int16: gather(from: source, into: target) { (bits: Int16) in Float(bits) }
    case .int32: gather(from: source, into: target) { (bits: Int32) in Float(bits) }
    case .int64: gather(from: source, into: target) { (bits: Int64) in Float(bits) }
    case .uint8: gather(from: source, into: target) { (bits: UInt8) in Float(bits) }
    case .uint16: gather(from: source, into: target) { (bits: UInt16) in Float(bits) }
    case .uint32: gather(from: source, into: target) { (bits: UInt32) in Float(bits) }
    case .uint64: gather(from: source, into: target) { (bits: UInt64) in Float(bits) }
    case .boolean: gather(from: source, into: target) { (bits: UInt8) in bits == 0 ? 0 : 1 }
    case .int4: gather(from: source, into: target) { (bits: UInt8) in Float(Int8(bitPattern: bits << 4) >> 4) }
    case .uint4: gather(from: source, into: target) { (bits: UInt8) in Float(bits & 15) }
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1:
      let table = (0...255).map { type.value(shortBits: $0) ?? .nan }
      gather(from: source, into: target) { (bits: UInt8) in table[Int(bits)] }
    }
  }

  /// Walks the elements in row-major order. `source` starts at the first one and holds the last one.
  @inline(__always)
  fileprivate func gather<Bits: FixedWidthInteger>(
    from source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>, _ convert: (Bits) -> Float
  ) {
    guard let from = source.baseAddress, let into = target.baseAddress else { return }
    if isContiguous, type == .float32, 1.littleEndian == 1 {
      UnsafeMutableRawPointer(into).copyMemory(from: from, byteCount: target.count * MemoryLayout<Float>.size)
      return
    }
    // The layout was checked against the bytes, so no index overflows.
    @inline(__always) func element(_ index: Int) -> Float {
      convert(Bits(littleEndian: from.loadUnaligned(fromByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)))
    }
    if isContiguous {
      for index in 0..<target.count { into[index] = element(index) }
      return
    }
    let row = shape.rank - 1
    let extent = shape[row]
    let stride = strides[row]
    var position = [Int](repeating: 0, count: shape.rank)
    var start = 0
    var written = 0
    while written < target.count {
      for index in 0..<extent { into[written &+ index] = element(start &+ index &* stride) }
      written += extent
      var axis = row - 1
      while axis >= 0 {
        position[axis] += 1
        start += strides[axis]
        if position[axis] < shape[axis] { break }
        start -= strides[axis] * shape[axis]
        position[axis] = 0
        axis -= 1
      }
    }
  }
}

extension Float {
  /// The value of an IEEE 754 binary16. Branch-free, so that a loop over it becomes vector code.
  @inline(__always)
  fileprivate init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7fff) << 13
    let rebias: UInt32 = 112 << 23
    // A subnormal has no leading one: give it one by an addition, and take that away again.
    let one: UInt32 = 113 << 23
    let subnormal = (Float(bitPattern: magnitude &+ one) - Float(bitPattern: one)).bitPattern
    let normal = magnitude &+ rebias
    let special = normal &+ rebias
    let value = magnitude < 1 << 23 ? subnormal : magnitude < 31 << 23 ? normal : special
    self.init(bitPattern: sign | value)
  }
}
