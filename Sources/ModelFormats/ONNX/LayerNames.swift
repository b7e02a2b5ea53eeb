import GinghamTensors

/// Names for a graph's nodes, as their author would say them: PyTorch's module path (`layer1.0.conv2`) wherever the
/// file lets it be known, else the node's own name. No two are equal, and they depend on the file alone.
///
/// Both of PyTorch's exporters write where a node comes from, in different ways. What a module called several times
/// computes is `relu`, `relu_1`, …; of several operators that one call of a module is made of, the last bears the
/// module's name, since it gives the module's output; an operator between modules stands under the module around it,
/// as `layer1.0.add`.
struct LayerNames {
  /// By position of the node in the file.
  let names: [String]
  /// Whether they tell where modules end: ``Network/namesModules``.
  let nameModules: Bool

  /// - Parameter order: positions of the nodes, sorted so that each stands behind those it reads.
  init(_ nodes: [NodeMessage], order: [Int], budget: Budget) throws {
    // An exporter may store equal weights once, under the name of the first module that has them.
    var weightReaders: [String: Int] = [:]
    for name in nodes.compactMap(Self.weightName) { weightReaders[name, default: 0] += 1 }
    let paths = nodes.map { node in
      Self.modulePath(node, ownsWeight: Self.weightName(node).map { weightReaders[$0] == 1 } ?? false)
    }
    var members: [String: [Int]] = [:]
    var lastUnder: [String: Int] = [:]
    var parents: Set<String> = []
    for index in order where nodes[index].operatorType != "Constant" {
      guard let path = paths[index] else { continue }
      members[path, default: []].append(index)
      var prefix = path
      while true {
        // A name of nothing but dots has as many modules around it as bytes.
        try budget.spend(prefix.utf8.count, on: .names)
        lastUnder[prefix] = index
        guard let dot = prefix.lastIndex(of: ".") else { break }
        prefix = String(prefix[..<dot])
        parents.insert(prefix)
      }
    }
    var wanted = nodes.map(\.label)
    for (path, indices) in members {
      let isRepetition = !parents.contains(path) && Set(indices.map { nodes[$0].operatorType }).count == 1
      for index in indices {
        let givesOutput = isRepetition || index == lastUnder[path]
        let operatorName = nodes[index].operatorType.lowercased()
        wanted[index] = path.isEmpty ? operatorName : givesOutput ? path : "\(path).\(operatorName)"
      }
    }
    wanted = wanted.map { $0.printable() }
    var taken: Set<String> = []
    var nextSuffix: [String: Int] = [:]
    var names = wanted
    for index in order {
      let name = wanted[index]
      while !taken.insert(names[index]).inserted {
        nextSuffix[name, default: 0] += 1
        names[index] = "\(name)_\(nextSuffix[name, default: 0])"
      }
    }
    self.names = names
    nameModules = nodes.contains(where: Self.hasScope) || !nodes.contains { Self.weightName($0) != nil }
  }

  /// Whether the file says which module the node stands in, beyond what its weight is called.
  private static func hasScope(_ node: NodeMessage) -> Bool {
    node.namespace != nil || modulePath(scopedName: node.name, operatorType: node.operatorType) != nil
  }

  private static func weightName(_ node: NodeMessage) -> String? {
    node.inputs.dropFirst().prefix(1).first { $0.hasSuffix(".weight") }
  }

  /// The module a node stands in, or `nil` where the file does not say.
  private static func modulePath(_ node: NodeMessage, ownsWeight: Bool) -> String? {
    let weight = weightName(node).map { String($0.dropLast(".weight".count)) }
    // A weight's name is surest: after a batch normalization was folded in, the exporter gives the convolution's place
    // as that of the normalization.
    if ownsWeight { return weight }
    if let namespace = node.namespace { return modulePath(namespace: namespace) }
    return modulePath(scopedName: node.name, operatorType: node.operatorType) ?? weight
  }

  /// `: Net/layer1: Sequential/layer1.0: Block/add: aten.add.Tensor` → `layer1.0`.
  private static func modulePath(namespace: String) -> String? {
    let scopes = namespace.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    guard let module = scopes.last else { return nil }
    return String(module.prefix { $0 != ":" })
  }

  /// `/layer1/layer1.0/conv1/Conv` → `layer1.0.conv1`. The children of a sequence repeat its name.
  private static func modulePath(scopedName: String, operatorType: String) -> String? {
    let parts = scopedName.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].isEmpty, let last = parts.last, last.hasPrefix(operatorType) else { return nil }
    let suffix = last.dropFirst(operatorType.count)
    guard suffix.isEmpty || suffix.first == "_" && suffix.dropFirst().allSatisfy(\.isNumber) else { return nil }
    var path: [Substring] = []
    for scope in parts.dropFirst().dropLast() {
      if let parent = path.last, scope.hasPrefix(parent + ".") { path.removeLast() }
      path.append(scope)
    }
    return path.joined(separator: ".")
  }
}
