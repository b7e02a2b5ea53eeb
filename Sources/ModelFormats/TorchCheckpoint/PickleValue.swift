import GinghamTensors

/// A value on a pickle's stack. Containers are indices into the ``PickleHeap``, so that values which contain
/// themselves, or nest a million deep, are nothing special to copy and to free.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  /// An integer beyond 64 bits, two's complement, little-endian.
  case longInteger([UInt8])
  case real(Double)
  case string(String)
  case bytes
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  case global(TorchGlobal)
  case storage(Int)
  case tensor(Int)
  /// An object that carries no weights: a device, a counter of NumPy's, a set.
  case inert

  var kind: String {
    switch self {
    case .none: "None"
    case .boolean: "a truth value"
    case .integer, .longInteger: "an integer"
    case .real: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .global(let global): "'\(global)'"
    case .storage: "a storage"
    case .tensor: "a tensor"
    case .inert: "an object"
    }
  }
}

/// A run of elements that tensors are views of.
struct TorchStorage {
  /// `nil` for an untyped storage, whose count is in bytes.
  var type: ElementType?
  /// The name its bytes are filed under.
  var key: String
  var elementCount: Int

  var byteCount: Int? {
    let (count, overflow) = elementCount.multipliedReportingOverflow(by: type?.byteCount ?? 1)
    return overflow ? nil : count
  }
}

/// A view of a storage.
struct TorchTensor {
  var storage: Int
  var layout: StridedLayout
}
