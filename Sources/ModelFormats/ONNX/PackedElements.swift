import GinghamNetworks
import GinghamTensors

/// A tensor's elements as they lie in a file: little-endian, one behind the other.
struct PackedElements {
  let file: MappedFile
  let range: Range<Int>

  /// Floating-point elements, where they lie if they are aligned 32-bit floats (inside a model file they lie wherever the
  /// names before them end). `nil` where the range is too short.
  func tensor(_ shape: Shape, _ type: ElementType) -> Tensor? {
    let layout = StridedLayout(shape: shape, type: type, byteOffset: range.lowerBound, within: range.upperBound)
    return layout.map { Tensor($0, of: file.bytes, keeper: file) }
  }

  var bytes: [UInt8] { Array(file.bytes[range]) }

  /// Integer or boolean elements, or `nil` where an unsigned one does not fit an `Int`.
  func integers(count: Int, _ type: ElementType) -> [Int]? {
    switch type {
    case .int8: return (0..<count).map { Int(load(Int8.self, $0)) }
    case .uint8: return (0..<count).map { Int(load(UInt8.self, $0)) }
    case .boolean: return (0..<count).map { load(UInt8.self, $0) == 0 ? 0 : 1 }
    case .int16: return (0..<count).map { Int(load(Int16.self, $0)) }
    case .uint16: return (0..<count).map { Int(load(UInt16.self, $0)) }
    case .int32: return (0..<count).map { Int(load(Int32.self, $0)) }
    case .uint32: return (0..<count).map { Int(load(UInt32.self, $0)) }
    case .uint64:
      let elements = (0..<count).map { Int(exactly: load(UInt64.self, $0)) }
      return elements.contains(nil) ? nil : elements.compactMap { $0 }
    default: return (0..<count).map { Int(load(Int64.self, $0)) }
    }
  }

  private func load<Value: FixedWidthInteger>(_ type: Value.Type, _ index: Int) -> Value {
    let offset = range.lowerBound + index * MemoryLayout<Value>.size
    return Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
