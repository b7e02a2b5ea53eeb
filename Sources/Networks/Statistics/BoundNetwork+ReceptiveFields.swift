import GinghamTensors

/// Which rows and columns of a picture the elements of a map see.
public struct ReceptiveFields: Hashable, Sendable {
  /// By the map's rows; empty where an element sees nothing but padding.
  public var rows: [Range<Int>]
  /// By the map's columns.
  public var columns: [Range<Int>]
}

extension BoundNetwork {
  /// What each element of a value sees of the first input, cut off at the picture's border: exact where windows, resizes
  /// and movements lie between, everything behind a layer that mixes positions (a global pool, a dense layer, a
  /// normalization over the map).
  ///
  /// - Returns: `nil` where input or value are no N×C×H×W.
  public func receptiveFields(of value: ValueID) -> ReceptiveFields? {
    receptiveFields(of: [value])[value]
  }

  /// The same of several values; those that are no N×C×H×W are left out.
  public func receptiveFields(of values: some Collection<ValueID>) -> [ValueID: ReceptiveFields] {
    guard let input = inputs.first, let picture = shapes[input], picture.rank == 4 else { return [:] }
    var sights = [input: Sight.separable(.init(rows: Self.points(picture[2]), columns: Self.points(picture[3])))]
    for node in nodes.leading(to: values.map(resolved)) {
      for output in node.outputs {
        sights[output] = sight(of: output, from: node, sights)
      }
    }
    return values.reduce(into: [:]) { found, value in
      guard let shape = shapes[resolved(value)], shape.rank == 4 else { return }
      switch sights[resolved(value)] {
      case .separable(let fields): found[value] = fields
      case .everything:
        found[value] = ReceptiveFields(
          rows: [Range<Int>](repeating: 0..<picture[2], count: shape[2]),
          columns: [Range<Int>](repeating: 0..<picture[3], count: shape[3]))
      case nil: break
      }
    }
  }

  /// What a value sees.
  private enum Sight {
    case separable(ReceptiveFields)
    /// Any element may see any pixel.
    case everything
  }

  private static func points(_ count: Int) -> [Range<Int>] { (0..<count).map { $0..<($0 + 1) } }

  /// `nil` of what no pixel reaches.
  private func sight(of output: ValueID, from node: Node, _ sights: [ValueID: Sight]) -> Sight? {
    let sources = node.inputs.compactMap { $0 }.filter { sights[$0] != nil }
    guard !sources.isEmpty else { return nil }
    guard let shape = shapes[output], shape.rank == 4 else { return .everything }
    var joined = ReceptiveFields(
      rows: [Range<Int>](repeating: 0..<0, count: shape[2]), columns: [Range<Int>](repeating: 0..<0, count: shape[3]))
    for source in sources {
      guard case .separable(let fields)? = sights[source], let before = shapes[source],
        let rows = reads(of: node, axis: 2, from: before, to: shape),
        let columns = reads(of: node, axis: 3, from: before, to: shape)
      else { return .everything }
      joined.rows.join(fields.rows, rows)
      joined.columns.join(fields.columns, columns)
    }
    return .separable(joined)
  }

  /// The positions of the input that a position of the output reads along a spatial axis; `nil` where that cannot be said
  /// position by position.
  private func reads(of node: Node, axis: Int, from input: Shape, to output: Shape) -> ((Int) -> [Int])? {
    guard input.rank == 4 else { return nil }
    func inPlace() -> ((Int) -> [Int])? {
      // One element stands for a whole axis where shapes are broadcast.
      input[axis] == output[axis] ? { [$0] } : input[axis] == 1 ? { _ in [0] } : nil
    }
    /// Along the axis that a layer mixes, everything may see everything.
    func inPlace(unless mixed: Int) -> ((Int) -> [Int])? { mixed == axis || mixed == axis - 4 ? nil : inPlace() }
    func slides(_ window: Window) -> ((Int) -> [Int])? {
      guard let geometry = try? window.axes(input: input.spatial)[axis - 2] else { return nil }
      return { place in geometry.taps(ofOutput: place).compactMap { geometry.inputIndex(output: place, tap: $0) } }
    }
    switch node.operation {
    case .convolution(let convolution): return slides(convolution.window)
    case .maxPool(let pool): return slides(pool.window)
    case .averagePool(let pool): return pool.adaptiveSize == nil ? slides(pool.window) : nil
    case .transposedConvolution(let convolution):
      let axes = try? convolution.window.transposedAxes(
        input: input.spatial, outputPadding: convolution.outputPadding, outputSize: convolution.outputSize)
      return axes.map { axes in { place in axes[axis - 2].readers(ofInput: place).map(\.output) } }
    case .resize(let resize):
      guard let taps = resize.taps(axis: axis, input: input[axis]) else { return inPlace() }
      return { taps.indices[taps.range(ofOutput: $0)].map { $0 } }
    case .depthToSpace(let block, _): return { [$0 / block] }
    case .spaceToDepth(let block): return { Array(($0 * block)..<(($0 + 1) * block)) }
    case .slice(let slice):
      guard let starts = slice.starts, let steps = slice.steps, starts.count == 4, steps.count == 4 else { return nil }
      return { [starts[axis] + $0 * steps[axis]] }
    case .pad(let pad):
      guard let before = pad.before, before.count == 4 else { return nil }
      return { pad.mode.border.source(of: $0 - before[axis], count: input[axis]).map { [$0] } ?? [] }
    case .concatenate(let mixed): return inPlace(unless: mixed)
    case .split(let split): return inPlace(unless: split.axis)
    case .softmax(let softmax): return softmax.flattensBehindAxis ? nil : inPlace(unless: softmax.axis)
    case .reduce(let reduction):
      guard case .listed(let axes) = reduction.axes, reduction.keepsDimensions else { return nil }
      return axes.contains { $0 == axis || $0 == axis - 4 } ? nil : inPlace()
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .localResponseNormalization, .expand, .identity, .dropout, .cast, .align, .quantize, .dynamicQuantize:
      return inPlace()
    case .instanceNormalization, .layerNormalization, .groupNormalization, .matrixMultiply, .generalMatrixMultiply,
      .transpose, .reshape, .flatten, .squeeze, .unsqueeze, .gather, .tile, .gatherElements, .gatherSlices,
      .scatterElements, .scatterSlices, .gridSample, .regionAlign, .cumulativeSum, .topK, .extremePlace, .determinant,
      .shapeOf, .sizeOf, .constantOfShape, .range, .nonZero, .unique, .random, .branch, .loop, .missing:
      return nil
    }
  }
}

extension [Range<Int>] {
  /// Adds what the elements of `source` see that each element reads.
  fileprivate mutating func join(_ source: [Range<Int>], _ reads: (Int) -> [Int]) {
    for place in indices {
      for read in reads(place) where source.indices.contains(read) && !source[read].isEmpty {
        let seen = source[read]
        self[place] =
          self[place].isEmpty
          ? seen
          : Swift.min(self[place].lowerBound, seen.lowerBound)..<Swift.max(self[place].upperBound, seen.upperBound)
      }
    }
  }
}
