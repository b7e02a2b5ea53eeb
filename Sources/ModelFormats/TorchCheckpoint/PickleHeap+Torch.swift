import GinghamTensors

extension PickleHeap {
  /// What stands for the object that Python would make by calling `global`.
  mutating func result(
    of global: TorchGlobal, _ arguments: [PickleValue], at site: PickleSite
  ) throws -> PickleValue {
    switch global {
    case .orderedDictionary: return try dictionary(arguments, at: site)
    case .defaultDictionary: return try dictionary(Array(arguments.dropFirst()), at: site)
    case .size:
      guard arguments.count == 1, items(of: arguments[0]) != nil else {
        throw site.malformed("a torch.Size of no tuple")
      }
      return arguments[0]
    case .rebuildTensor: return try tensor(arguments, at: site)
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw site.malformed("a parameter that holds no tensor") }
      return arguments[0]
    case .rebuildFromType:
      // (function, type, arguments, state): a tensor with Python attributes of its own.
      guard
        arguments.count == 4, case .global(let function) = arguments[0], function != .rebuildFromType,
        let inner = items(of: arguments[2])
      else { throw site.malformed("a tensor subclass that is not built from a tensor") }
      return try result(of: function, inner, at: site)
    case .inert: return .inert
    case .storage, .elementType: throw site.malformed("\(global) is called")
    }
  }

  private mutating func dictionary(
    _ arguments: [PickleValue], at site: PickleSite
  ) throws -> PickleValue {
    guard let argument = arguments.first else { return makeDictionary() }
    guard let pairs = items(of: argument) else { throw site.malformed("a dictionary made of \(argument.kind)") }
    copiedItems += pairs.count
    guard copiedItems <= Self.maximumCopiedItems else { throw site.malformed("dictionaries are copied without end") }
    return try makeDictionary(
      pairs.map { pair in
        guard let pair = items(of: pair), pair.count == 2 else {
          throw site.malformed("a dictionary item is no pair")
        }
        return (pair[0], pair[1])
      })
  }

  /// `('storage', type, key, location, count)`; files before PyTorch 1.6 add a view into another storage.
  mutating func storage(_ items: [PickleValue], at site: PickleSite) throws -> PickleValue {
    guard
      items.count == 5 || items.count == 6, case .string("storage") = items[0],
      case .global(.storage(let type)) = items[1], case .string(let key) = items[2],
      case .integer(let count) = items[4], count >= 0
    else { throw site.malformed("a persistent id that does not describe a storage") }
    if items.count == 6 {
      guard case .none = items[5] else {
        throw site.unsupported("a storage that is a view of another", "Save it again with PyTorch 1.6 or later.")
      }
    }
    let storage = TorchStorage(type: type, key: key, elementCount: count)
    guard storage.byteCount != nil else { throw site.malformed("storage '\(key)' is impossibly large") }
    storages.append(storage)
    return .storage(storages.count - 1)
  }

  /// `(storage, offset, size, stride, …)`; the third version names the element type of an untyped storage as seventh.
  private mutating func tensor(_ arguments: [PickleValue], at site: PickleSite) throws -> PickleValue {
    guard
      arguments.count >= 4, case .storage(let index) = arguments[0], case .integer(let offset) = arguments[1],
      let extents = integers(of: arguments[2]), let strides = integers(of: arguments[3])
    else { throw site.malformed("a tensor is not made of storage, offset, size and stride") }
    var type = storages[index].type
    if arguments.count > 6, case .global(.elementType(let declared)) = arguments[6] { type = declared }
    guard let type else { throw site.malformed("a tensor of unknown element type") }
    let (byteOffset, overflow) = offset.multipliedReportingOverflow(by: type.byteCount)
    guard
      !overflow, let byteCount = storages[index].byteCount,
      let layout = StridedLayout(
        shape: Shape(extents), strides: strides, type: type, byteOffset: byteOffset, within: byteCount)
    else {
      throw site.malformed(
        "a tensor of size \(extents), stride \(strides) and offset \(offset) leaves storage '\(storages[index].key)' "
          + "of \(storages[index].elementCount) elements")
    }
    tensors.append(TorchTensor(storage: index, layout: layout))
    return .tensor(tensors.count - 1)
  }
}
