import GinghamTensors

/// What `torch.save` wrote: a pickle, and the storages its tensors are views of.
struct TorchCheckpoint {
  let file: MappedFile
  private let heap: PickleHeap
  private let root: PickleValue
  /// Where in the file each storage lies, by its key.
  private let storages: [String: Range<Int>]

  init(file: MappedFile, heap: PickleHeap, root: PickleValue, storages: [String: Range<Int>]) {
    self.file = file
    self.heap = heap
    self.root = root
    self.storages = storages
  }

  /// The dictionaries of tensors by the path of keys that leads to each, joined by dots; the empty path is the
  /// object itself. Values that are no tensors are left out, and so are dictionaries whose keys are no strings, which
  /// is how optimizers file their state.
  func sections(_ budget: Budget) throws -> [WeightSection] {
    guard case .dictionary(let root) = root else {
      throw FormatError.unsupported(
        path: file.path, what: "a checkpoint that is \(root.kind) instead of a dictionary of named tensors",
        advice: "Save model.state_dict().")
    }
    var sections: [WeightSection] = []
    func visit(_ index: Int, path: [String]) throws {
      // Many keys may lead to one dictionary, and one dictionary may stand in many.
      try budget.spend(heap.dictionaries[index].count + 1, on: .parts)
      try budget.spend(path.reduce(path.count) { $0 + $1.utf8.count }, on: .names)
      guard path.count <= Self.maximumDepth else {
        throw FormatError.unsupported(
          path: file.path, what: "a checkpoint whose dictionaries nest this deep", advice: "Save model.state_dict().")
      }
      var section = WeightSection(key: path.joined(separator: "."))
      for (name, value) in named(heap.dictionaries[index]) {
        switch value {
        case .tensor(let tensor):
          try budget.spend(name: name.utf8.count)
          section.set(name, to: try layout(of: heap.tensors[tensor], named: name))
        case .dictionary(let next): try visit(next, path: path + [name])
        default: continue
        }
      }
      if !section.isEmpty { sections.append(section) }
    }
    try visit(root, path: [])
    guard !sections.isEmpty else {
      throw FormatError.unsupported(
        path: file.path, what: "a checkpoint without named tensors", advice: "Save model.state_dict().")
    }
    return sections
  }

  /// The entries with string keys. As in Python, a later value replaces an earlier one and keeps its place.
  private func named(_ entries: [(key: PickleValue, value: PickleValue)]) -> [(name: String, value: PickleValue)] {
    var named: [(name: String, value: PickleValue)] = []
    var places: [String: Int] = [:]
    for case (.string(let name), let value) in entries {
      if let place = places[name] {
        named[place].value = value
      } else {
        places[name] = named.count
        named.append((name, value))
      }
    }
    return named
  }

  private static let maximumDepth = 8

  /// The tensor's place in the file instead of in its storage.
  private func layout(of tensor: TorchTensor, named name: String) throws -> StridedLayout {
    let storage = heap.storages[tensor.storage]
    guard let extent = storages[storage.key] else {
      throw FormatError.malformed(
        path: file.path, location: "tensor '\(name)'", reason: "its storage '\(storage.key)' is missing")
    }
    let inner = tensor.layout
    guard
      let byteCount = storage.byteCount, byteCount <= extent.count,
      let layout = StridedLayout(
        shape: inner.shape, strides: inner.strides, type: inner.type,
        byteOffset: extent.lowerBound + inner.byteOffset, within: extent.upperBound)
    else {
      throw FormatError.malformed(
        path: file.path, location: "tensor '\(name)'",
        reason: "storage '\(storage.key)' holds \(extent.count) bytes, too few for \(storage.elementCount) elements")
    }
    return layout
  }
}
