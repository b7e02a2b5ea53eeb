import Foundation
import GinghamTensors

/// The list of files over which a large model's weights are spread: `model.safetensors.index.json` and
/// `pytorch_model.bin.index.json`, whose `weight_map` says in which file beside it each array lies.
struct ShardIndex {
  let path: String
  /// Names of arrays by the file they lie in.
  let names: [String: [String]]

  /// No index of a real model is longer.
  private static let longest = 1 << 26
  private static let mostFiles = 1 << 12

  /// `nil` where the file is no such list.
  ///
  /// - Throws: `FormatError.malformed` where it names files that are not beside it.
  init?(_ file: MappedFile) throws {
    guard file.path.lowercased().hasSuffix(".json"), file.bytes.count <= Self.longest,
      let root = try? JSONSerialization.jsonObject(with: Data(file.bytes)) as? [String: Any],
      let map = root["weight_map"] as? [String: String]
    else { return nil }
    path = file.path
    for shard in map.values where shard.isEmpty || shard.contains("/") || shard.utf8.contains(0) || shard == ".." {
      throw FormatError.malformed(
        path: path, location: "weight_map", reason: "'\(shard)' is not a file beside the list")
    }
    names = Dictionary(grouping: map.keys.sorted()) { map[$0] ?? "" }
    guard names.count <= Self.mostFiles else {
      throw FormatError.malformed(path: path, location: "weight_map", reason: "it names \(names.count) files")
    }
  }
}

extension WeightTable {
  /// The arrays of all files of a list.
  ///
  /// - Parameter key: a prefix of names, to take one of several nets.
  /// - Throws: ``FormatError``.
  init(_ index: ShardIndex, under key: String?, limits: ResourceLimits) throws {
    let folder = ModelFolder(model: index.path)
    var tables: [(table: WeightTable, names: [String])] = []
    for (shard, names) in index.names.sorted(by: { $0.key < $1.key }) {
      func malformed(_ reason: String) -> FormatError {
        .malformed(path: index.path, location: "weight_map", reason: "'\(shard)' \(reason)")
      }
      guard !shard.lowercased().hasSuffix(".json") else { throw malformed("holds no weights") }
      guard let path = try folder.file(at: shard) else {
        throw malformed("is a link that leads out of the list's folder")
      }
      let table = try WeightTable.load(path: path, limits: limits)
      for name in names where table.shape(of: name) == nil { throw malformed("does not hold '\(name)'") }
      tables.append((table, names))
    }
    let whole = WeightTable(path: index.path, joining: tables)
    guard let key, !key.isEmpty else {
      self = whole
      return
    }
    let prefix = key.hasSuffix(".") ? key : key + "."
    guard let part = whole.part(under: prefix) else {
      throw FormatError.choice(path: index.path, sought: key, available: whole.modules)
    }
    self = part
  }

  /// The outermost modules of the names.
  private var modules: [String] {
    var seen: Set<String> = []
    return names.compactMap { $0.split(separator: ".").first.map(String.init) }.filter { seen.insert($0).inserted }
  }
}
