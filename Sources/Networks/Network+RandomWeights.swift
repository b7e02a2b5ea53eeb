import GinghamTensors

extension Network {
  /// Every convolution and matrix with random weights of variance 2 ÷ fan-out (He et al. 2015), drawn by the seed and the
  /// names of values, biases zero, batch normalizations the identity; everything else as it is.
  public func withRandomWeights(seed: UInt64) -> Network {
    var network = self
    func replace(_ value: ValueID?, _ body: (Shape) -> Tensor) {
      guard let value, let shape = network.constants[value]?.tensor?.shape else { return }
      network.constants[value] = .float(body(shape))
    }
    func random(_ value: ValueID?, fanOut: (Shape) -> Int) {
      replace(value) { shape in
        let deviation = (2 / Float(max(fanOut(shape), 1))).squareRoot()
        return Tensor(shape) {
          NormalSequence(seed: seed, name: name(of: value ?? ValueID(0))).fill($0, deviation: deviation)
        }
      }
    }
    for node in nodes {
      let inputs = node.inputs
      func input(_ place: Int) -> ValueID? { place < inputs.count ? inputs[place] : nil }
      switch node.operation {
      case .convolution(let convolution):
        random(input(1)) { $0[0] * $0.dimensions.dropFirst(2).reduce(1, *) / max(convolution.groups, 1) }
        replace(input(2)) { Tensor($0) }
      case .generalMatrixMultiply(let multiply):
        random(input(1)) { $0[multiply.transposesB ? 0 : 1] }
        replace(input(2)) { Tensor($0) }
      case .matrixMultiply:
        random(input(1)) { $0[$0.rank - 1] }
      case .batchNormalization:
        for (place, value) in [(1, Float(1)), (2, 0), (3, 0), (4, 1)] {
          replace(input(place)) { Tensor($0, repeating: value) }
        }
      // What they hold is no trained matrix, or has no rule for its size.
      case .transposedConvolution, .maxPool, .averagePool, .pointwise, .parametricReLU, .elementwise, .select,
        .pixelNormalization, .instanceNormalization, .layerNormalization, .groupNormalization,
        .localResponseNormalization, .reduce, .softmax, .concatenate, .split, .slice, .pad, .transpose, .reshape,
        .flatten,
        .squeeze, .unsqueeze, .gather, .expand, .tile, .resize, .depthToSpace, .spaceToDepth, .identity, .dropout,
        .cast,
        .shapeOf, .sizeOf, .constantOfShape, .range, .align, .gatherElements, .gatherSlices, .scatterElements,
        .scatterSlices, .gridSample, .regionAlign, .cumulativeSum, .topK, .extremePlace, .quantize, .dynamicQuantize,
        .determinant, .nonZero, .unique, .random, .branch, .loop, .missing:
        continue
      }
    }
    return network
  }
}
