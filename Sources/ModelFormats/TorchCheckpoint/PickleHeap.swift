import GinghamTensors

/// Everything a pickle made.
struct PickleHeap {
  var lists: [[PickleValue]] = []
  var tuples: [[PickleValue]] = []
  /// In order of insertion; a later entry of the same key replaces an earlier one.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [TorchStorage] = []
  var tensors: [TorchTensor] = []
  /// How many items were copied out of lists into dictionaries. One list can be copied again and again, so it counts.
  var copiedItems = 0
  static let maximumCopiedItems = 1 << 22

  mutating func makeList(_ items: [PickleValue] = []) -> PickleValue {
    lists.append(items)
    return .list(lists.count - 1)
  }

  mutating func makeTuple(_ items: [PickleValue]) -> PickleValue {
    tuples.append(items)
    return .tuple(tuples.count - 1)
  }

  mutating func makeDictionary(_ items: [(key: PickleValue, value: PickleValue)] = []) -> PickleValue {
    dictionaries.append(items)
    return .dictionary(dictionaries.count - 1)
  }

  /// The items of a tuple or list.
  func items(of value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index): tuples[index]
    case .list(let index): lists[index]
    default: nil
    }
  }

  func integers(of value: PickleValue) -> [Int]? {
    guard let items = items(of: value), items.count <= Shape.maximumRankInFiles else { return nil }
    var integers: [Int] = []
    for item in items {
      guard case .integer(let integer) = item else { return nil }
      integers.append(integer)
    }
    return integers
  }
}
