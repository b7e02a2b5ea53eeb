import GinghamTensors

/// How a layer samples the input picture along one axis, in input pixels.
public struct Sampling: Hashable, Sendable {
  /// Distance between neighbouring elements: the cumulative stride. Below 1 behind an upsampling layer.
  public var stride: Double
  /// Extent of the input that one element sees; `nil` where it sees all of it.
  public var receptiveField: Double?
}

/// What one layer is and costs, for a batch as bound.
public struct LayerStatistics: Sendable {
  /// As objectives name it.
  public var name: String
  /// The operation's name.
  public var operation: String
  /// For one picture.
  public var outputShape: Shape
  /// How many channels it has, along whichever axis; `nil` where its operators do not tell them from positions.
  public var channels: Int?
  /// Along the first spatial axis.
  public var sampling: Sampling
  /// Elements of the weights this layer reads.
  public var parameters: Int
  /// Multiply-adds of convolutions and matrix products; `Int.max` where they are too many to be counted.
  public var multiplyAdds: Int
}

extension BoundNetwork {
  /// Name, shape, sampling and cost of each layer, in the network's order.
  public var layerStatistics: [LayerStatistics] {
    let (sampling, axes) = (self.sampling, channelAxes)
    return nodes.compactMap { node in
      guard let output = node.outputs.first, let shape = shapes[output] else { return nil }
      let map = mapShape(of: output, axes: axes) ?? shape
      let weights = node.inputs.compactMap { $0.flatMap { constants[$0]?.tensor?.count } }
      return LayerStatistics(
        name: node.name, operation: node.operation.name, outputShape: shape,
        channels: map.rank == 2 || map.rank == 4 ? map[1] : nil,
        sampling: sampling[output] ?? Sampling(stride: 1, receptiveField: nil), parameters: weights.reduce(0, +),
        multiplyAdds: multiplyAdds(of: node, output: shape))
    }
  }

  private func multiplyAdds(of node: Node, output: Shape) -> Int {
    func shape(_ index: Int) -> Shape { node.inputs[index].flatMap { shapes[$0] } ?? [] }
    switch node.operation {
    case .convolution: return output.elementCount.clampedProduct(with: Shape(Array(shape(1).dimensions.dropFirst())))
    case .transposedConvolution:
      return shape(0).elementCount.clampedProduct(with: Shape(Array(shape(1).dimensions.dropFirst())))
    case .matrixMultiply: return output.elementCount.clampedProduct(with: [shape(0).dimensions.last ?? 1])
    case .generalMatrixMultiply(let multiply):
      return output.elementCount.clampedProduct(with: [
        multiply.transposesA ? shape(0)[0] : shape(0).dimensions.last ?? 1
      ])
    case .maxPool, .averagePool, .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization,
      .batchNormalization, .instanceNormalization, .layerNormalization, .groupNormalization,
      .localResponseNormalization,
      .reduce, .softmax, .concatenate, .split, .slice, .pad, .transpose, .reshape, .flatten, .squeeze, .unsqueeze,
      .gather,
      .expand, .tile, .resize, .depthToSpace, .spaceToDepth, .identity, .dropout, .cast, .shapeOf, .sizeOf,
      .constantOfShape, .range, .align, .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample,
      .regionAlign, .cumulativeSum,
      .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random, .branch, .loop,
      .missing:
      return 0
    }
  }

  /// Cumulative stride and receptive field of every value that pixels reach (Araujo, Norris & Sim 2019), along the
  /// first spatial axis, of signals along their only one. Where branches meet, the larger of each counts.
  public var sampling: [ValueID: Sampling] {
    var result: [ValueID: Sampling] = [:]
    for input in inputs { result[input] = Sampling(stride: 1, receptiveField: 1) }
    for node in nodes {
      let sources = node.inputs.compactMap { $0.flatMap { result[$0] } }
      guard var joined = sources.first else { continue }
      for source in sources.dropFirst() {
        joined.stride = max(joined.stride, source.stride)
        joined.receptiveField = joined.receptiveField.flatMap { a in source.receptiveField.map { max(a, $0) } }
      }
      advance(&joined, through: node)
      for output in node.outputs { result[output] = joined }
    }
    return result
  }

  private func advance(_ sampling: inout Sampling, through node: Node) {
    guard let input = (node.inputs.first ?? nil).flatMap({ shapes[$0] }) else { return }
    func widen(by elements: Double) {
      sampling.receptiveField = sampling.receptiveField.map { $0 + elements * sampling.stride }
    }
    switch node.operation {
    case .convolution(let convolution): slide(convolution.window, &sampling)
    case .maxPool(let pool): slide(pool.window, &sampling)
    case .averagePool(let pool): slide(pool.window, &sampling)
    case .transposedConvolution(let convolution):
      let window = convolution.window
      let axis = axis(of: window)
      let extent = window.dilations[axis] * (window.kernel[axis] - 1) + 1
      widen(by: Double((extent + window.strides[axis] - 1) / window.strides[axis] - 1))
      sampling.stride /= Double(window.strides[axis])
    case .resize(let resize):
      guard input.rank > 2, let scale = resize.scales?[isOneDimensional ? input.rank - 1 : 2] else { return }
      let taps = resize.mode == .nearest ? 1.0 : resize.mode == .linear ? 2 : 4
      widen(by: (taps - 1) * (resize.antialiases ? max(1, 1 / Double(scale)) : 1))
      sampling.stride /= Double(scale)
    case .depthToSpace(let block, _): sampling.stride /= Double(block)
    case .spaceToDepth(let block):
      widen(by: Double(block - 1))
      sampling.stride *= Double(block)
    case .slice(let slice):
      if let steps = slice.steps, steps.count > 2 {
        sampling.stride *= Double(abs(steps[isOneDimensional ? steps.count - 1 : 2]))
      }
    case .reduce(let reduction):
      if case .listed(let axes) = reduction.axes, axes.contains(where: { $0 >= 2 }) { sampling.receptiveField = nil }
    case .matrixMultiply, .generalMatrixMultiply, .instanceNormalization, .groupNormalization, .layerNormalization:
      sampling.receptiveField = nil
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .localResponseNormalization, .softmax, .concatenate, .split, .pad, .transpose, .reshape, .flatten, .squeeze,
      .unsqueeze, .gather, .expand, .tile, .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range,
      .align, .quantize, .dynamicQuantize, .random, .nonZero, .branch, .loop, .missing:
      break
    // Positions are mixed: everything may see everything.
    case .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample, .regionAlign, .cumulativeSum,
      .topK, .extremePlace, .determinant, .unique:
      sampling.receptiveField = nil
    }
    // A reshape may mix positions: once the spatial axes are gone, everything may see everything.
    if case .reshape = node.operation, let output = node.outputs.first.flatMap({ shapes[$0] }),
      output.spatial.filter({ $0 != 1 }) != input.spatial.filter({ $0 != 1 }), input.spatial.contains(where: { $0 > 1 })
    {
      sampling.receptiveField = nil
    }
  }

  private func slide(_ window: Window, _ sampling: inout Sampling) {
    let axis = axis(of: window)
    let extent = window.dilations[axis] * (window.kernel[axis] - 1)
    sampling.receptiveField = sampling.receptiveField.map { $0 + Double(extent) * sampling.stride }
    sampling.stride *= Double(window.strides[axis])
  }

  /// The axis of a window that sampling speaks of.
  private func axis(of window: Window) -> Int { isOneDimensional ? window.kernel.count - 1 : 0 }
}

extension Int {
  fileprivate func clampedProduct(with shape: Shape) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: shape.elementCount)
    return overflow ? .max : product
  }
}

extension Sequence<LayerStatistics> {
  /// Multiply-adds of all layers together; `Int.max` where they are too many to be counted.
  public var multiplyAdds: Int {
    reduce(0) { sum, layer in
      let (next, overflow) = sum.addingReportingOverflow(layer.multiplyAdds)
      return overflow ? .max : next
    }
  }
}
