import GinghamDifferentiation
import GinghamNetworks

extension PlanBuilder {
  /// The one place that decides which kernel does a unit: generated code or a loop of ours where there is one, the
  /// reference engine's kernel everywhere else.
  func makeOperators(_ unit: Unit) throws -> [(unit: Unit, kernel: any Operator)] {
    if let fast = try fastOperator(unit) { return [(unit, fast)] }
    return try unit.parts.map { part in
      if unit.nodes.count > 1, let fast = try fastOperator(part) { return (part, fast) }
      return (part, try FallbackOperator(part.lead, self))
    }
  }

  private func fastOperator(_ unit: Unit) throws -> (any Operator)? {
    let node = unit.lead
    // Generated code and our loops are made for values with elements.
    guard
      try (node.inputs.compactMap { $0 } + node.outputs + [unit.output]).allSatisfy({ try shape($0).elementCount > 0 })
    else { return nil }
    let isOne = unit.nodes.count == 1
    // The reference kernels filter what a smoothed node sends back.
    if node.outputs.contains(where: { structure.smoothing[$0] != nil }) { return nil }
    switch node.operation {
    case .convolution: return try ConvolutionOperator(unit, self)
    case .transposedConvolution: return try TransposedConvolutionOperator(node, self)
    case .maxPool: return try PoolingOperator(node, self)
    case .averagePool: return try GlobalAverageOperator(node, self) ?? PoolingOperator(node, self)
    case .reduce: return try GlobalAverageOperator(node, self) ?? AveragingOperator(node, self)
    case .batchNormalization: return try ChannelAffineOperator(unit, self)
    case .elementwise:
      if let own = try SumOperator(unit, self) { return own }
      if let own = try ProductOperator(node, self) { return own }
      if let own = try ChannelScaleOperator(node, self) { return own }
      if let own = try ChannelAffineOperator(unit, self) { return own }
      return isOne ? try BroadcastOperator(node, self) : nil
    case .pointwise: return try ActivationOperator(node, self) ?? SmoothActivationOperator(node, self)
    case .concatenate: return try InPlaceConcatenation(node, self) ?? ConcatenationOperator(node, self)
    case .pad: return try PadOperator(node, self)
    case .resize: return try InterpolationOperator(node, self)
    case .softmax: return try SoftmaxOperator(node, self)
    case .layerNormalization: return try RowNormalizationOperator(node, self)
    case .groupNormalization, .instanceNormalization: return try GroupNormalizationOperator(unit, self)
    case .generalMatrixMultiply, .matrixMultiply:
      if unit.attention != nil { return try AttentionOperator(unit, self) }
      return try DenseOperator(unit, self) ?? (isOne ? MatrixMultiplyOperator(node, self) : nil)
    case .pixelNormalization: return try PixelNormalizationOperator(node, self)
    case .reshape, .flatten, .squeeze, .unsqueeze:
      // The elements of a value that exists stay where they are; those of a view follow its strides.
      let isView = node.inputs[0].map { views[$0] != nil } ?? false
      return try (isView ? MovementOperator(node, self) : nil) ?? ReshapeOperator(node, self)
    case .transpose, .split, .slice, .gather, .expand, .depthToSpace, .spaceToDepth:
      return try MovementOperator(node, self)
    default: return nil
    }
  }
}
