import GinghamTensors

/// Brings the names of a checkpoint's parameters into the form in which the architectures declare them.
enum StateDictNames {
  /// Without the prefixes that PyTorch's data parallelism and compiler put before every name, and with DenseNet's layers
  /// named as since torchvision 0.2.2 (`norm1`), where its published checkpoints still say `norm.1`, and other parts as
  /// their libraries name them now.
  static func canonical<Value>(_ parameters: [String: Value]) -> [String: Value] {
    var prefixLength = 0
    while let prefix = wrappers.first(where: { prefix in
      !parameters.isEmpty && parameters.keys.allSatisfy { $0.dropFirst(prefixLength).hasPrefix(prefix) }
    }) {
      prefixLength += prefix.count
    }
    var result: [String: Value] = [:]
    for (name, value) in parameters { result[renamed(unsplit(String(name.dropFirst(prefixLength))))] = value }
    // Two names that become one would hide a parameter: then they are better left alone.
    return result.count == parameters.count ? result : parameters
  }

  private static let wrappers = ["module.", "_orig_mod."]

  /// What published files call a part, where in a name that is, and what its library calls it today.
  private static let formerNames: [(beside: String, former: String, current: String)] = [
    ("encoder.layers.encoder_layer_", ".mlp.linear_1.", ".mlp.0."),
    ("encoder.layers.encoder_layer_", ".mlp.linear_2.", ".mlp.3."),
    ("mid_block.attentions.", ".query.", ".to_q."), ("mid_block.attentions.", ".key.", ".to_k."),
    ("mid_block.attentions.", ".value.", ".to_v."), ("mid_block.attentions.", ".proj_attn.", ".to_out.0."),
  ]

  private static func renamed(_ name: String) -> String {
    formerNames.reduce(name) { name, row in
      name.contains(row.beside) ? name.replacing(row.former, with: row.current) : name
    }
  }

  private static func unsplit(_ name: String) -> String {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }), layer + 2 < parts.count,
      ["norm", "conv"].contains(parts[layer + 1]), ["1", "2"].contains(parts[layer + 2])
    else { return name }
    parts[layer + 1] += parts.remove(at: layer + 2)
    return parts.joined(separator: ".")
  }
}
