import GinghamNetworks
import GinghamTensors

/// The elements of a tensor that stand in one of `TensorProto`'s typed lists, packed or not.
struct TypedElementList {
  private let tensor: TensorMessage
  private let type: ElementType

  init(_ tensor: TensorMessage, _ type: ElementType) {
    self.tensor = tensor
    self.type = type
  }

  func count() throws -> Int {
    var count = 0
    try forEachBits { _ in count += 1 }
    return count
  }

  func floats(count: Int) throws -> [Float] {
    var elements: [Float] = []
    elements.reserveCapacity(count)
    try forEachBits { bits in
      switch type {
      case .float64: elements.append(Float(Double(bitPattern: bits)))
      case .float16: elements.append(Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))))
      case .bfloat16: elements.append(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
      default:
        elements.append(
          type.value(shortBits: UInt8(truncatingIfNeeded: bits))
            ?? Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      }
    }
    return elements
  }

  /// The lowest byte of every element.
  func bits(count: Int) throws -> [UInt8] {
    var elements: [UInt8] = []
    elements.reserveCapacity(count)
    try forEachBits { elements.append(UInt8(truncatingIfNeeded: $0)) }
    return elements
  }

  /// `nil` where an unsigned element does not fit an `Int`.
  func integers(count: Int) throws -> [Int]? {
    var elements: [Int] = []
    elements.reserveCapacity(count)
    var fits = true
    try forEachBits { bits in
      switch type {
      case .boolean: elements.append(bits == 0 ? 0 : 1)
      case .uint64, .uint32:
        fits = fits && bits <= UInt64(Int.max)
        elements.append(Int(truncatingIfNeeded: bits))
      default: elements.append(Int(truncatingIfNeeded: bits))
      }
    }
    return fits ? elements : nil
  }

  /// The schema's list for the type: 4 floats, 5 up to 32 bits, 7 64-bit integers, 10 doubles, 11 unsigned.
  private var field: Int {
    switch type {
    case .float32: 4
    case .float64: 10
    case .int64: 7
    case .uint32, .uint64: 11
    default: 5
    }
  }

  private func forEachBits(_ body: (UInt64) throws -> Void) throws {
    var reader = WireReader(tensor.file, message: "TensorProto", range: tensor.body)
    while let entry = try reader.next() {
      guard entry.number == field else { continue }
      switch type {
      case .float32: try reader.forEachFixed32(entry) { try body(UInt64($0)) }
      case .float64: try reader.forEachFixed64(entry, body)
      default: try reader.forEachVarint(entry, body)
      }
    }
  }
}
