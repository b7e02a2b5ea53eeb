/// A layer a user can name: an operator, by its first output.
public struct Layer: Hashable, Sendable {
  public var name: String
  public var value: ValueID
  /// Position in ``Network/nodes``.
  public var nodeIndex: Int
}

extension Network {
  /// Every operator that can carry pixels, in the network's order.
  public var layers: [Layer] {
    nodes.enumerated().compactMap { index, node in
      switch node.operation {
      case .shapeOf, .sizeOf, .constantOfShape, .range, .nonZero, .unique, .random: nil
      default: node.outputs.first.map { Layer(name: node.name, value: $0, nodeIndex: index) }
      }
    }
  }

  /// The value a layer name stands for: an operator's name, the name of a value, or a module whose last operator
  /// gives its output (`layer3` for `layer3.5.relu`). `input` and `output` name the first input and output, unless a
  /// layer bears that name.
  ///
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)`` with the nearest names.
  public func value(ofLayer name: String) throws -> ValueID {
    if let node = nodes.last(where: { $0.name == name }), let output = node.outputs.first { return output }
    if let index = valueNames.firstIndex(of: name), constants[ValueID(index)] == nil { return ValueID(index) }
    if let node = nodes.last(where: { $0.name.hasPrefix(name + ".") }), let output = node.outputs.first {
      return output
    }
    if name == "output", let output = outputs.first { return output }
    if name == "input", let input = inputs.first { return input.value }
    throw NetworkError.unknownLayer(name: name, nearest: NearestNames.nearest(to: name, among: layerNames))
  }

  private static let deepestModule = 64

  /// Names of operators and of the modules that hold them, without repetition.
  public var layerNames: [String] {
    var seen: Set<String> = []
    var names: [String] = []
    for layer in layers {
      var prefix = ""
      for part in layer.name.split(separator: ".").prefix(Self.deepestModule) {
        prefix += prefix.isEmpty ? String(part) : "." + part
        if seen.insert(prefix).inserted { names.append(prefix) }
      }
    }
    return names
  }
}
