import GinghamTensors

extension Network {
  /// The constants that are trained: what convolutions, products and normalizations read beside their input, and what
  /// only changes shape or type on the way there. Others are numbers that somebody wrote down: bounds of a clip, masks.
  public var trainedConstants: Set<ValueID> {
    var trained: Set<ValueID> = []
    for node in nodes.reversed() {
      switch node.operation {
      case .convolution, .transposedConvolution, .batchNormalization, .instanceNormalization, .groupNormalization,
        .layerNormalization, .parametricReLU, .matrixMultiply, .generalMatrixMultiply:
        trained.formUnion(node.inputs.compactMap { $0 })
      case .identity, .cast, .reshape, .transpose, .squeeze, .unsqueeze, .flatten:
        if let input = node.inputs.first ?? nil, node.outputs.contains(where: trained.contains) {
          trained.insert(input)
        }
      default: continue
      }
    }
    return trained.filter { constants[$0] != nil }
  }
}
