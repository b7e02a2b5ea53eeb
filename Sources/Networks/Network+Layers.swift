/// A layer a user can name: an operator, by its first output.
public struct Layer: Hashable, Sendable {
  /// As objectives name it.
  public var name: String
  /// Its output.
  public var value: ValueID
  /// Position in ``Network/nodes``.
  public var nodeIndex: Int
}

extension Network {
  /// Every operator that can carry pixels, in the network's order.
  public var layers: [Layer] {
    nodes.enumerated().compactMap { index, node in
      guard node.isLayer else { return nil }
      return node.outputs.first.map { Layer(name: node.name, value: $0, nodeIndex: index) }
    }
  }

  /// The layers that no unsupported operator stands in front of.
  public var computableLayers: [Layer] {
    let missing = nodes.filter { if case .missing = $0.operation { true } else { false } }
    let blocked = nodes.descendants(of: missing.flatMap(\.outputs))
    return layers.filter { !blocked.contains($0.value) }
  }

  /// The value a layer name stands for: an operator's name, the name of a value, or a module whose last operator
  /// gives its output (`layer3` for `layer3.5.relu`). Operators inside branches and loops count, a loop's in its first
  /// turn. `input` and `output` name the first input and output, unless a
  /// layer bears that name.
  ///
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)`` with the nearest names,
  ///   ``NetworkError/openModule(name:lastLayer:)`` for a module whose end the file does not tell.
  public func value(ofLayer name: String) throws -> ValueID {
    let nodes = nodes.flatMap(\.withBodies)
    if let node = nodes.last(where: { $0.name == name }), let output = node.outputs.first { return output }
    if let index = valueNames.firstIndex(of: name), constants[ValueID(index)] == nil { return ValueID(index) }
    if let node = nodes.last(where: { $0.name.hasPrefix(name + ".") }), let output = node.outputs.first {
      guard namesModules else { throw NetworkError.openModule(name: name, lastLayer: node.name) }
      return output
    }
    if name == "output", let output = outputs.first { return output }
    if name == "input", let input = inputs.first { return input.value }
    throw NetworkError.unknownLayer(name: name, nearest: NearestNames.nearest(to: name, among: layerNames))
  }

  /// The operator whose output a layer name stands for, by its own name: of a module's name, for one.
  ///
  /// - Returns: the name as it is where no operator of the graph itself gives that value.
  /// - Throws: as ``value(ofLayer:)``.
  public func operatorName(ofLayer name: String) throws -> String {
    let value = try value(ofLayer: name)
    return nodes.last { $0.outputs.first == value }?.name ?? name
  }

  private static let deepestModule = 64

  /// Names of operators and of the modules that hold them, without repetition.
  public var layerNames: [String] {
    var seen: Set<String> = []
    var names: [String] = []
    for name in nodes.flatMap(\.withBodies).filter(\.isLayer).map(\.name) {
      var prefix = ""
      for part in name.split(separator: ".").prefix(Self.deepestModule) {
        prefix += prefix.isEmpty ? String(part) : "." + part
        if seen.insert(prefix).inserted { names.append(prefix) }
      }
    }
    return names
  }
}

extension Node {
  /// Whether it can carry pixels.
  fileprivate var isLayer: Bool {
    switch operation {
    case .shapeOf, .sizeOf, .constantOfShape, .range, .nonZero, .unique, .random: false
    default: true
    }
  }
}
