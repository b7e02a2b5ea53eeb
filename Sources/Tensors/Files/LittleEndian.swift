extension UnsafeRawBufferPointer {
  /// The little-endian integer at a byte offset, or `nil` where it does not lie inside.
  @inlinable
  public func littleEndian<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self, at offset: Int) -> Integer?
  {
    guard offset >= 0, offset <= count - MemoryLayout<Integer>.size else { return nil }
    return Integer(littleEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  /// `length` bytes from an offset, or `nil` where they do not all lie inside.
  @inlinable
  public func window(at offset: Int, length: Int) -> UnsafeRawBufferPointer? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[offset..<(offset + length)])
  }

  /// Whether the bytes at an offset are those of an ASCII text.
  public func has(_ text: StaticString, at offset: Int = 0) -> Bool {
    guard let window = window(at: offset, length: text.utf8CodeUnitCount) else { return false }
    return text.withUTF8Buffer { window.elementsEqual($0) }
  }
}
