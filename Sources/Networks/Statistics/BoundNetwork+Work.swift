import GinghamTensors

extension BoundNetwork {
  /// Asked when a plan is made: a hundred bytes can describe a normalization over a billion channels, each of which looks
  /// at every other.
  ///
  /// - Throws: ``NetworkError/work(network:_:)``.
  public func requireAllowedWork() throws {
    let allowed = limits.allowed(.work)
    guard work <= Double(allowed) else {
      throw NetworkError.work(network: name, ResourceLimitError(.work, allowed: allowed))
    }
  }

  /// Multiply-adds of one forward pass through the whole network, or what takes about as long.
  public var work: Double { nodes.reduce(0) { $0 + work(of: $1) } }

  /// Multiply-adds of one forward pass through a node, or what takes about as long. In floating point, as products of
  /// extents may leave every integer.
  func work(of node: Node) -> Double {
    func shape(_ value: ValueID?) -> Shape { value.flatMap { shapes[$0] } ?? [] }
    func volume(_ shape: Shape) -> Double { shape.dimensions.reduce(1) { $0 * Double($1) } }
    let inputs = node.inputs.map(shape)
    let first = inputs.first ?? []
    let output = shape(node.outputs.first)
    let touched = inputs.reduce(0) { $0 + volume($1) } + node.outputs.reduce(0) { $0 + volume(shape($1)) }
    func weight(behind axes: Int) -> Double {
      inputs.count > 1 ? volume(Shape(Array(inputs[1].dimensions.dropFirst(axes)))) : 1
    }
    func extent(_ axis: Int, of shape: Shape) -> Double {
      let index = axis < 0 ? axis + shape.rank : axis
      return shape.dimensions.indices.contains(index) ? Double(shape[index]) : 1
    }
    func windows(_ window: Window) -> Double { volume(output) * window.kernel.reduce(1) { $0 * Double($1) } }
    switch node.operation {
    case .convolution: return touched + volume(output) * weight(behind: 1)
    case .transposedConvolution: return touched + volume(first) * weight(behind: 1)
    case .maxPool(let pool): return touched + windows(pool.window)
    case .averagePool(let pool): return touched + windows(pool.window)
    case .matrixMultiply: return touched + volume(output) * extent(-1, of: first)
    case .generalMatrixMultiply(let multiply):
      return touched + volume(output) * extent(multiply.transposesA ? 0 : -1, of: first)
    case .localResponseNormalization(let normalization):
      return touched + volume(output) * min(Double(normalization.size), extent(1, of: output))
    // The gradient is a determinant for each element.
    case .determinant:
      let order = extent(-1, of: first)
      return touched + volume(first) * order * order * order
    // Bins of a region are averages of samples.
    case .regionAlign(let align):
      let samples = align.samples > 0 ? Double(align.samples) : max(extent(2, of: first), extent(3, of: first))
      return touched + volume(output) * samples * samples
    // The cubic kernel reads four taps an axis; one that antialiases reads more where it shrinks.
    case .resize: return touched + 4 * Double(max(first.rank, 1)) * (volume(first) + volume(output))
    case .gridSample: return touched + 16 * volume(output)
    // Sorting: a factor of the logarithm.
    case .topK, .unique: return 64 * touched
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .instanceNormalization, .layerNormalization, .groupNormalization, .reduce, .softmax, .concatenate, .split, .slice,
      .pad, .transpose, .reshape, .flatten, .squeeze, .unsqueeze, .gather, .expand, .tile, .depthToSpace,
      .spaceToDepth, .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range, .align, .gatherElements,
      .gatherSlices, .scatterElements, .scatterSlices, .cumulativeSum, .extremePlace, .quantize, .dynamicQuantize,
      .nonZero, .random:
      return touched
    // Bodies are bound node by node; what is missing is never computed.
    case .branch, .loop, .missing: return 0
    }
  }
}
