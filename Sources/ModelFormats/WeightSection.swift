import GinghamTensors

/// A set of named arrays in a file, as its author filed it: the whole file, or one of the dictionaries of a checkpoint.
struct WeightSection {
  let key: String
  private(set) var names: [String] = []
  private(set) var layouts: [String: StridedLayout] = [:]

  init(key: String) {
    self.key = key
  }

  var isEmpty: Bool { layouts.isEmpty }

  mutating func set(_ name: String, to layout: StridedLayout) {
    if layouts.updateValue(layout, forKey: name) == nil { names.append(name) }
  }
}

extension [WeightSection] {
  /// The one that `key` asks for; without a key, the only one that can be meant.
  ///
  /// Training scripts file a state dict under one of a few usual keys beside other things; those go first.
  func section(_ key: String?, path: String) throws -> WeightSection {
    if let key {
      guard let section = first(where: { $0.key == key }) else {
        throw FormatError.choice(path: path, sought: key, available: map(\.key))
      }
      return section
    }
    let candidates = filter { section in
      !section.key.split(separator: ".").contains { $0.hasPrefix("optim") || $0.hasSuffix("optimizer") }
    }
    if candidates.count == 1 { return candidates[0] }
    for usual in ["state_dict", "model_state_dict", "model"] {
      if let section = candidates.first(where: { $0.key == usual }) { return section }
    }
    throw FormatError.choice(path: path, sought: nil, available: map(\.key))
  }
}
