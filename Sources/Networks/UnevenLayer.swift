/// A convolution or pool that reaches some positions of its input more often than others, so that gradients arrive there
/// in a pattern of its stride.
public struct UnevenLayer: Hashable, Sendable {
  /// As objectives name it.
  public let name: String
  /// The layer's output.
  public let value: ValueID
  /// The larger of both axes.
  public let stride: Int

  /// The uneven layers on the way to the targets, in the network's order.
  ///
  /// - Parameter targets: names of the layers a gradient starts from.
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``.
  public static func all(of network: Network, towards targets: [String]) throws -> [UnevenLayer] {
    try network.nodes.leading(to: targets.map(network.value)).compactMap { node in
      guard let (window, _) = node.operation.downsamplingWindow, window.kernel.count == 2, window.readsUnevenly,
        let value = node.outputs.first, let stride = window.strides.max()
      else { return nil }
      return UnevenLayer(name: node.name, value: value, stride: stride)
    }
  }
}

extension Operation {
  /// The window of a layer that may merge positions, and whether it is a pool.
  public var downsamplingWindow: (window: Window, isPool: Bool)? {
    switch self {
    case .convolution(let convolution): (convolution.window, false)
    case .maxPool(let pool): (pool.window, true)
    case .averagePool(let pool): (pool.window, true)
    case .transposedConvolution, .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization,
      .batchNormalization, .instanceNormalization, .layerNormalization, .groupNormalization,
      .localResponseNormalization,
      .reduce, .matrixMultiply, .generalMatrixMultiply, .softmax, .concatenate, .split, .slice, .pad, .transpose,
      .reshape,
      .flatten, .squeeze, .unsqueeze, .gather, .expand, .tile, .resize, .depthToSpace, .spaceToDepth, .identity,
      .dropout,
      .cast, .shapeOf, .sizeOf, .constantOfShape, .range, .align, .gatherElements, .gatherSlices, .scatterElements,
      .scatterSlices, .gridSample, .regionAlign, .cumulativeSum,
      .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random, .branch, .loop,
      .missing:
      nil
    }
  }
}
