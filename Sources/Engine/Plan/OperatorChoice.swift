import GinghamDifferentiation
import GinghamNetworks

extension PlanBuilder {
  /// The one place that decides which kernel does a unit: generated code or a loop of ours where there is one, the
  /// reference engine's kernel everywhere else.
  func makeOperators(_ unit: Unit) throws -> [any Operator] {
    if let fast = try fastOperator(unit) { return [fast] }
    return try split(unit).map { part in
      if let fast = try fastOperator(part) { return fast }
      return try FallbackOperator(part.lead, self)
    }
  }

  private func fastOperator(_ unit: Unit) throws -> (any Operator)? {
    let node = unit.lead
    // Generated code and our loops are made for values with elements.
    guard
      try (node.inputs.compactMap { $0 } + node.outputs + [unit.output]).allSatisfy({ try shape($0).elementCount > 0 })
    else { return nil }
    // The reference kernels filter what a smoothed node sends back.
    if node.outputs.contains(where: { structure.smoothing[$0] != nil }) { return nil }
    switch node.operation {
    case .convolution: return try ConvolutionOperator(unit, self)
    case .transposedConvolution: return try TransposedConvolutionOperator(node, self)
    case .maxPool: return try PoolingOperator(node, self)
    case .averagePool: return try GlobalAverageOperator(node, self) ?? PoolingOperator(node, self)
    case .reduce: return try GlobalAverageOperator(node, self)
    case .batchNormalization: return try ChannelAffineOperator(unit, self)
    case .elementwise(.add): return try SumOperator(unit, self)
    case .elementwise(.multiply): return try ProductOperator(node, self) ?? ChannelScaleOperator(node, self)
    case .pointwise: return try ActivationOperator(node, self) ?? SmoothActivationOperator(node, self)
    case .concatenate: return InPlaceConcatenation(node, self)
    case .generalMatrixMultiply, .matrixMultiply: return try DenseOperator(node, self)
    case .pixelNormalization: return try PixelNormalizationOperator(node, self)
    case .reshape, .flatten, .squeeze, .unsqueeze: return try ReshapeOperator(node, self)
    default: return nil
    }
  }

  /// The nodes of a unit one by one, for units that no kernel does as a whole.
  private func split(_ unit: Unit) throws -> [Unit] {
    let last = structure.producers[unit.output].map { network.nodes[$0] }
    var parts: [Unit] = []
    var node = unit.lead
    while true {
      parts.append(Unit(lead: node, output: node.outputs[0], position: unit.position))
      guard node.outputs[0] != unit.output, node != last, let next = structure.readers[node.outputs[0]]?.first
      else { return parts }
      node = network.nodes[next]
    }
  }
}
