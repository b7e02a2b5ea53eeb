import GinghamDifferentiation
import GinghamNetworks

/// Who reads what in a network that is cut for one request, and where gradients flow.
struct Structure {
  /// Nodes that read each value, once for every input that does.
  private(set) var readers: [ValueID: [Int]] = [:]
  private(set) var producers: [ValueID: Int] = [:]
  /// Values that somebody outside looks at, or whose gradient is treated in a special way: they must exist as such.
  private(set) var observed: Set<ValueID> = []
  /// Values on a path from a wanted gradient to a target.
  private(set) var differentiated: Set<ValueID> = []
  /// Contributions that each value's gradient is the sum of.
  private(set) var contributionCounts: [ValueID: Int] = [:]
  let targets: [Target]
  let gradients: [ValueID]
  /// The filter for the gradient that a node sends to its inputs, by the node's first output.
  let smoothing: [ValueID: [Float]]

  /// Where a target's activation comes from.
  struct Target {
    var value: ValueID
    /// Elements of a picture's activation in front of those that the value holds.
    var offset = 0
    /// Elements of a picture's whole activation.
    var count: Int
  }

  /// - Parameter targets: the request's, in its order.
  init(_ network: BoundNetwork, targets: [Target], request: PlanRequest) {
    self.targets = targets
    gradients = request.gradients.map(network.resolved)
    smoothing = Dictionary(
      request.rules.smoothing.map { (network.resolved($0.key), $0.value) }, uniquingKeysWith: { first, _ in first })
    for (index, node) in network.nodes.enumerated() {
      for input in node.inputs.compactMap({ $0 }) { readers[input, default: []].append(index) }
      for output in node.outputs { producers[output] = index }
    }
    let values = targets.map(\.value)
    observed = Set(values).union(gradients)
    for value in smoothing.keys {
      observed.insert(value)
      if let producer = producers[value] { observed.formUnion(network.nodes[producer].inputs.compactMap { $0 }) }
    }

    let leading = network.nodes.ancestors(of: values)
    let depending = network.nodes.descendants(of: gradients)
    differentiated = leading.intersection(depending).filter { network.constants[$0] == nil || gradients.contains($0) }
    for node in network.nodes where node.outputs.contains(where: differentiated.contains) {
      for input in node.inputs.compactMap({ $0 }) where differentiated.contains(input) {
        contributionCounts[input, default: 0] += 1
      }
    }
    for value in values where differentiated.contains(value) { contributionCounts[value, default: 0] += 1 }
  }

  /// The one node that reads a value nobody else is interested in.
  func soleReader(_ value: ValueID) -> Int? {
    guard !observed.contains(value), let nodes = readers[value], nodes.count == 1 else { return nil }
    return nodes[0]
  }
}
