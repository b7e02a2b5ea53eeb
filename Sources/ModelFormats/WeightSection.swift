import GinghamNetworks
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

  /// The arrays of one module: those below `prefix`, without it. `nil` where there is none.
  func part(_ prefix: String) -> WeightSection? {
    var part = WeightSection(key: key.isEmpty ? prefix : "\(key).\(prefix)")
    for name in names where name.hasPrefix(prefix + ".") {
      if let layout = layouts[name] { part.set(String(name.dropFirst(prefix.count + 1)), to: layout) }
    }
    return part.isEmpty ? nil : part
  }

  mutating func set(_ name: String, to layout: StridedLayout) {
    if layouts.updateValue(layout, forKey: name) == nil { names.append(name) }
  }
}

extension [WeightSection] {
  /// The one that `key` asks for; without a key, the only one that can be meant.
  ///
  /// Training scripts file a state dict under one of a few usual keys beside other things; those go first, and averages of
  /// the weights over training steps last.
  func section(_ key: String?, path: String) throws -> WeightSection {
    if let key {
      if let section = first(where: { $0.key == key }) { return section }
      // One of the nets that share a dictionary: netG of netG.main.0.weight.
      let prefix = key.hasSuffix(".") ? String(key.dropLast()) : key
      for section in self where prefix.hasPrefix(section.key + ".") {
        if let part = section.part(String(prefix.dropFirst(section.key.count + 1))) { return part }
      }
      if let part = try? section(nil, path: path).part(prefix) { return part }
      let parts = compactMap { $0.part(prefix) }
      guard parts.count == 1 else {
        throw FormatError.choice(path: path, sought: key, available: parts.isEmpty ? map(\.key) : parts.map(\.key))
      }
      return parts[0]
    }
    let candidates = filter { section in
      !section.key.split(separator: ".").contains { $0.hasPrefix("optim") || $0.hasSuffix("optimizer") }
    }
    let averages = averages
    for some in [candidates.filter { !averages.contains($0.key) }, candidates] {
      if some.count == 1 { return some[0] }
      for usual in ["state_dict", "model_state_dict", "model"] {
        if let section = some.first(where: { $0.key == usual }) { return section }
      }
      guard some.isEmpty else { break }
    }
    throw FormatError.choice(path: path, sought: nil, available: map(\.key))
  }

  /// Keys of those that hold averages of weights over training steps.
  var averages: [String] {
    let keys = map(\.key)
    return keys.filter { AveragedNames.contains($0, beside: keys) }
  }
}
