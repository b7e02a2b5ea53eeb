import GinghamTensors

extension BoundNetwork {
  /// Folds batch normalization into the convolution in front of it: with s = γ/√(σ² + ε), the weights of output
  /// channel c become s_c·W_c and the bias s_c·(b_c − μ_c) + β_c. The convolution then produces the normalized value
  /// directly; its own, which nobody else reads, no longer exists.
  mutating func foldBatchNormalization(keeping protected: Set<ValueID>) {
    let readers = readerCounts
    var producer: [ValueID: Int] = [:]
    var removed: Set<Int> = []
    for index in nodes.indices {
      if let (convolution, folded) = folding(nodes[index], producer: producer, readers: readers, protected: protected) {
        nodes[convolution] = folded
        removed.insert(index)
        producer[folded.outputs[0]] = convolution
      } else {
        for output in nodes[index].outputs { producer[output] = index }
      }
    }
    nodes = nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
  }

  private mutating func folding(
    _ node: Node, producer: [ValueID: Int], readers: [ValueID: Int], protected: Set<ValueID>
  ) -> (index: Int, node: Node)? {
    guard case .batchNormalization(let epsilon) = node.operation, let x = node.inputs[0], !protected.contains(x),
      readers[x] == 1, let index = producer[x],
      let statistics = ChannelAffine(batchNormalization: node, epsilon: epsilon, constants: constants)
    else { return nil }
    var folded = nodes[index]
    let channelAxis: Int
    let groups: Int
    switch folded.operation {
    case .convolution(let convolution): (channelAxis, groups) = (0, convolution.groups)
    case .transposedConvolution(let convolution): (channelAxis, groups) = (1, convolution.groups)
    default: return nil
    }
    guard let weightID = folded.inputs[1], let weight = constants[weightID]?.tensor else { return nil }
    var bias = [Float](repeating: 0, count: statistics.scale.count)
    if folded.inputs.count > 2, let biasID = folded.inputs[2] {
      guard let existing = constants[biasID]?.tensor else { return nil }
      bias = existing.scalars
    }
    let scaled = statistics.scaling(weight, channelAxis: channelAxis, groups: groups)
    weight.letGo()
    let shifted = Tensor([bias.count], zip(bias, zip(statistics.scale, statistics.shift)).map { $0 * $1.0 + $1.1 })
    folded.inputs = [
      folded.inputs[0], addConstant(scaled, named: name(of: weightID)),
      addConstant(shifted, named: node.name + ".bias"),
    ]
    folded.outputs = node.outputs
    return (index, folded)
  }
}

extension ChannelAffine {
  /// The weight with each output channel scaled. In a transposed convolution output channels lie on axis 1, repeated
  /// for every group of input channels.
  fileprivate func scaling(_ weight: Tensor, channelAxis: Int, groups: Int) -> Tensor {
    let inner = weight.shape.dimensions[(channelAxis + 1)...].reduce(1, *)
    let extent = weight.shape[channelAxis]
    let inputsPerGroup = channelAxis == 0 ? 1 : weight.shape[0] / groups
    return weight.withUnsafeBufferPointer { source in
      Tensor(weight.shape) { target in
        for row in 0..<(source.count / inner) {
          let group = channelAxis == 0 ? 0 : row / extent / inputsPerGroup
          let factor = scale[group * extent + row % extent]
          for index in (row * inner)..<((row + 1) * inner) { target[index] = source[index] * factor }
        }
      }
    }
  }
}
