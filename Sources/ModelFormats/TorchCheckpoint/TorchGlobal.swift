import GinghamTensors

/// The closed list of Python names a checkpoint may mention. None of them is ever called: each stands for a
/// description that Gingham builds itself.
enum TorchGlobal: Hashable {
  case orderedDictionary
  case defaultDictionary
  case size
  case rebuildTensor
  case rebuildParameter
  case rebuildFromType
  case storage(ElementType?)
  case elementType(ElementType)
  /// A name whose objects carry no weights.
  case inert(String)

  init?(module: String, name: String) {
    let path = "\(module).\(name)"
    switch path {
    case "collections.OrderedDict", "builtins.dict", "__builtin__.dict": self = .orderedDictionary
    case "collections.defaultdict": self = .defaultDictionary
    case "torch.Size": self = .size
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3":
      self = .rebuildTensor
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state": self = .rebuildParameter
    case "torch._tensor._rebuild_from_type_v2": self = .rebuildFromType
    default:
      if module == "torch", let type = Self.elementTypes[name] {
        self = .elementType(type)
      } else if module == "torch" || module == "torch.cuda", let type = Self.storageTypes[name] {
        self = .storage(type)
      } else if path == "torch.storage.UntypedStorage" || path == "torch.storage._UntypedStorage" {
        self = .storage(nil)
      } else if Self.inertNames.contains(path) {
        self = .inert(path)
      } else {
        return nil
      }
    }
  }

  private static let elementTypes: [String: ElementType] = [
    "float16": .float16, "half": .float16, "bfloat16": .bfloat16, "float32": .float32, "float": .float32,
    "float64": .float64, "double": .float64, "int8": .int8, "int16": .int16, "short": .int16, "int32": .int32,
    "int": .int32, "int64": .int64, "long": .int64, "uint8": .uint8, "uint16": .uint16, "uint32": .uint32,
    "uint64": .uint64, "bool": .boolean,
  ]

  private static let storageTypes: [String: ElementType] = [
    "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "FloatStorage": .float32, "DoubleStorage": .float64,
    "CharStorage": .int8, "ShortStorage": .int16, "IntStorage": .int32, "LongStorage": .int64,
    "ByteStorage": .uint8, "BoolStorage": .boolean,
  ]

  private static let inertNames: Set<String> = [
    "torch.device", "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer",
    "torch.serialization._get_layout",
    "argparse.Namespace", "_codecs.encode", "copyreg._reconstructor", "collections.Counter",
    "builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple", "builtins.int", "builtins.float",
    "builtins.bool", "builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.object", "builtins.complex",
    "__builtin__.set", "__builtin__.frozenset", "__builtin__.list", "__builtin__.tuple", "__builtin__.int",
    "__builtin__.float", "__builtin__.bool", "__builtin__.str", "__builtin__.object",
    "numpy.dtype", "numpy.ndarray",
    "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
  ]
}

extension TorchGlobal: CustomStringConvertible {
  var description: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .defaultDictionary: "collections.defaultdict"
    case .size: "torch.Size"
    case .rebuildTensor: "torch._utils._rebuild_tensor"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .rebuildFromType: "torch._tensor._rebuild_from_type_v2"
    case .storage(let type): "torch storage of \(type.map(\.rawValue) ?? "bytes")"
    case .elementType(let type): "torch.\(type)"
    case .inert(let name): name
    }
  }
}
