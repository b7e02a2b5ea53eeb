import GinghamNetworks

/// Brings nodes into an order in which each stands behind those it reads. Nodes that are in order already stay as
/// they are; the format asks writers for it, not all of them listen.
struct NodeOrder {
  private let nodes: [NodeMessage]
  private let available: Set<String>
  private var producers: [String: Int] = [:]
  private let reads: [[String]]

  /// - Parameter available: names of the inputs and weights.
  init(_ nodes: [NodeMessage], available: Set<String>) {
    self.nodes = nodes
    self.available = available
    reads = nodes.map(\.dependencies)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { producers[output] = index }
    }
  }

  /// - Throws: `NetworkError.cyclic` or `.dangling`.
  func sorted() throws -> [Int] {
    enum Mark { case untouched, open, done }
    var marks = [Mark](repeating: .untouched, count: nodes.count)
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    // Depth first with a stack of its own: a chain may be as long as the file.
    var stack: [(node: Int, nextInput: Int)] = []
    for root in nodes.indices where marks[root] == .untouched {
      marks[root] = .open
      stack.append((root, 0))
      while let (index, nextInput) = stack.last {
        guard nextInput < reads[index].count else {
          marks[index] = .done
          order.append(index)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].nextInput += 1
        let input = reads[index][nextInput]
        if input.isEmpty || available.contains(input) { continue }
        guard let producer = producers[input] else {
          throw NetworkError.dangling(node: nodes[index].label, value: input)
        }
        switch marks[producer] {
        case .done: break
        case .open: throw NetworkError.cyclic(node: nodes[producer].label)
        case .untouched:
          marks[producer] = .open
          stack.append((producer, 0))
        }
      }
    }
    return order
  }
}
