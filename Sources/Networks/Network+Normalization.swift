import GinghamTensors

extension Network {
  /// What the network does to a pixel before its first layer, where that is part of the graph.
  public var normalization: PixelNormalization? {
    guard let index = normalizationIndex, case .pixelNormalization(let normalization) = nodes[index].operation else {
      return nil
    }
    return normalization
  }

  /// Puts a normalization in front of everything that reads the first input, or replaces the one that is there.
  public mutating func normalize(_ normalization: PixelNormalization) {
    guard let input = inputs.first?.value else { return }
    if let index = normalizationIndex {
      nodes[index].operation = .pixelNormalization(normalization)
      return
    }
    let normalized = makeValue(named: "normalization")
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { $0 == input ? normalized : $0 }
    }
    nodes.insert(
      Node(
        name: "normalization", operation: .pixelNormalization(normalization), inputs: [input], outputs: [normalized]),
      at: 0)
  }

  private var normalizationIndex: Int? {
    guard let input = inputs.first?.value else { return nil }
    return nodes.firstIndex { node in
      if case .pixelNormalization = node.operation { node.inputs == [input] } else { false }
    }
  }
}
