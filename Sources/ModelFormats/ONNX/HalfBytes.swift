import GinghamNetworks
import GinghamTensors

/// Types of four bits lie two to a byte, the first in the lower half.
extension ElementType {
  /// Bytes that all elements of a shape take in a file.
  func byteCount(of shape: Shape) -> Int {
    isHalfByte ? (shape.elementCount + 1) / 2 : shape.elementCount * byteCount
  }

  func constant(_ shape: Shape, pairs: [UInt8]) -> Constant {
    let halves = (0..<shape.elementCount).map { pairs[$0 / 2] >> ($0.isMultiple(of: 2) ? 0 : 4) & 15 }
    switch self {
    case .int4: return .integer(IntegerArray(shape, halves.map { Int(Int8(bitPattern: $0 << 4) >> 4) }, type: self))
    case .uint4: return .integer(IntegerArray(shape, halves.map { Int($0) }, type: self))
    default: return .float(Tensor(shape, halves.map { value(shortBits: $0) ?? .nan }))
    }
  }
}
