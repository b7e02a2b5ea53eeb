import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// A positive rational number.
struct Spacing: Hashable {
  let numerator: Int
  let denominator: Int

  static let one = Spacing(1, 1)

  init(_ numerator: Int, _ denominator: Int) {
    let divisor = greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / max(divisor, 1)
    self.denominator = denominator / max(divisor, 1)
  }

  /// `nil` where the product leaves a million: no layer of a real net does.
  func times(_ up: Int, over down: Int) -> Spacing? {
    let (top, overflow) = numerator.multipliedReportingOverflow(by: up)
    let (bottom, second) = denominator.multipliedReportingOverflow(by: down)
    guard !overflow, !second, up > 0, down > 0 else { return nil }
    let result = Spacing(top, bottom)
    return max(result.numerator, result.denominator) <= 1 << 20 ? result : nil
  }
}

/// One axis of a value along which pixels lie.
struct SpatialAxis: Hashable {
  /// Index into the value's shape.
  var index: Int
  /// Distance between neighbours in elements of the network's input.
  var spacing: Spacing
}

/// Where the pixels' axes are among a value's axes; `nil` where an axis was summed away or is not there.
struct SpatialLayout: Hashable {
  var rows: SpatialAxis?
  var columns: SpatialAxis?

  static let none = SpatialLayout(rows: nil, columns: nil)

  init(rows: SpatialAxis?, columns: SpatialAxis?) {
    self.rows = rows
    self.columns = columns
  }

  var axes: [SpatialAxis] { [rows, columns].compactMap { $0 } }

  func extents(of shape: Shape) -> (height: Int, width: Int) {
    (rows.map { shape[$0.index] } ?? 1, columns.map { shape[$0.index] } ?? 1)
  }

  func map(_ transform: (SpatialAxis) throws -> SpatialAxis?) rethrows -> SpatialLayout {
    try SpatialLayout(rows: rows.flatMap(transform), columns: columns.flatMap(transform))
  }
}

/// Where pixels may come from.
enum MapBirth: Hashable {
  /// From the network's inputs: gradients lead back to them.
  case inputsOnly
  /// Also from any layer that slides over a map nobody knew of, and from the end itself: a picture is one however its
  /// first map came to be.
  case anywhere(end: ValueID)
}

/// The layouts of all values that depend on the inputs.
struct SpatialLayouts {
  private(set) var byValue: [ValueID: SpatialLayout] = [:]
  /// Layers behind which positions can no longer be followed, although the value still has several.
  private(set) var untraced: [String] = []

  /// - Parameter birth: whether maps may begin inside the network, and where at the latest.
  /// - Throws: ``ArtifactError/unsupported(layer:why:)`` for strides out of all proportion and volumes.
  init(_ network: BoundNetwork, birth: MapBirth = .inputsOnly) throws {
    for input in network.inputs {
      guard let shape = network.shapes[input] else { continue }
      byValue[input] = SpatialLayouts.layout(ofInput: shape, isOneDimensional: network.isOneDimensional)
    }
    for node in network.nodes {
      if birth != .inputsOnly, node.operation.slidesOverMaps, let source = node.inputs.first ?? nil {
        beginMap(source, in: network)
      }
      let operands = node.inputs.compactMap { $0 }.compactMap { value in
        byValue[value].flatMap { layout in network.shapes[value].map { (layout, $0) } }
      }
      // Among several operands the one with the most positions decides.
      guard let (layout, input) = operands.max(by: { SpatialLayouts.positions($0) < SpatialLayouts.positions($1) })
      else { continue }
      for output in node.outputs {
        guard let shape = network.shapes[output] else { continue }
        byValue[output] = try self.layout(behind: node, layout, input: input, output: shape)
      }
    }
    if case .anywhere(let end) = birth { beginMap(end, in: network) }
  }

  /// Takes a value without pixels for a map N×C×H×W that begins here, its elements one step apart: what a dense layer,
  /// a reshape, a repetition or a learned constant has laid out.
  private mutating func beginMap(_ value: ValueID, in network: BoundNetwork) {
    guard let known = byValue[value], known.axes.isEmpty, let shape = network.shapes[value], shape.rank == 4,
      shape[2] > 1 || shape[3] > 1
    else { return }
    byValue[value] = SpatialLayout(
      rows: network.isOneDimensional ? nil : SpatialAxis(index: 2, spacing: .one),
      columns: SpatialAxis(index: 3, spacing: .one))
  }

  /// Channels first, unless the last axis is the only one short enough to be channels.
  private static func layout(ofInput shape: Shape, isOneDimensional: Bool) -> SpatialLayout {
    switch shape.rank {
    case 4 where isOneDimensional: return SpatialLayout(rows: nil, columns: SpatialAxis(index: 3, spacing: .one))
    case 3: return SpatialLayout(rows: nil, columns: SpatialAxis(index: 2, spacing: .one))
    case 4:
      let isChannelsLast = shape[3] <= 4 && shape[1] > 4 && shape[2] > 4
      return SpatialLayout(
        rows: SpatialAxis(index: isChannelsLast ? 1 : 2, spacing: .one),
        columns: SpatialAxis(index: isChannelsLast ? 2 : 3, spacing: .one))
    default: return .none
    }
  }

  private static func positions(_ operand: (SpatialLayout, Shape)) -> Int {
    let (height, width) = operand.0.extents(of: operand.1)
    return 4 * height * width + operand.0.axes.count
  }

  private mutating func layout(
    behind node: Node, _ layout: SpatialLayout, input: Shape, output: Shape
  ) throws -> SpatialLayout {
    func scaled(_ axis: SpatialAxis, _ up: Int, over down: Int) throws -> SpatialAxis {
      guard let spacing = axis.spacing.times(up, over: down) else {
        throw ArtifactError.unsupported(layer: node.name, why: "its cumulative stride is out of range")
      }
      return SpatialAxis(index: axis.index, spacing: spacing)
    }
    func slid(_ window: Window) throws -> SpatialLayout {
      guard window.kernel.count <= 2 else {
        throw ArtifactError.unsupported(layer: node.name, why: "windows over volumes are not predicted")
      }
      return try layout.map { axis in
        let position = axis.index - (input.rank - window.kernel.count)
        guard window.kernel.indices.contains(position) else { return axis }
        let isGlobal = output[axis.index] == 1 && input[axis.index] > 1 && window.kernel[position] >= input[axis.index]
        return isGlobal ? nil : try scaled(axis, window.strides[position], over: 1)
      }
    }
    switch node.operation {
    case .convolution(let convolution): return try slid(convolution.window)
    case .maxPool(let pool): return try slid(pool.window)
    case .averagePool(let pool): return try slid(pool.window)
    case .transposedConvolution(let convolution):
      let strides = convolution.window.strides
      guard strides.count <= 2 else {
        throw ArtifactError.unsupported(layer: node.name, why: "windows over volumes are not predicted")
      }
      return try layout.map { axis in
        let position = axis.index - (input.rank - strides.count)
        return strides.indices.contains(position) ? try scaled(axis, 1, over: strides[position]) : axis
      }
    case .depthToSpace(let block, _): return try layout.map { try scaled($0, 1, over: block) }
    case .spaceToDepth(let block): return try layout.map { try scaled($0, block, over: 1) }
    case .resize:
      return try layout.map { try scaled($0, max(input[$0.index], 1), over: max(output[$0.index], 1)) }
    case .slice(let slice): return try layout.map { try scaled($0, abs(slice.steps?[$0.index] ?? 1), over: 1) }
    case .transpose(let permutation):
      let order = permutation ?? Array((0..<input.rank).reversed())
      return layout.map { axis in
        order.firstIndex(of: axis.index).map { SpatialAxis(index: $0, spacing: axis.spacing) }
      }
    case .reduce where output.rank == input.rank:
      return layout.map { output[$0.index] == 1 && input[$0.index] > 1 ? nil : $0 }
    case .matrixMultiply, .generalMatrixMultiply:
      // A product along the last axis keeps the axes in front of it.
      let keeps = output.rank == input.rank && layout.axes.allSatisfy { $0.index < output.rank - 1 }
      return keeps ? layout : .none
    // Where elements come from is data.
    case .gatherElements, .gatherSlices, .gridSample, .regionAlign, .topK, .extremePlace, .determinant, .nonZero,
      .unique, .random, .branch, .loop, .missing:
      return .none
    case .reshape, .flatten, .squeeze, .unsqueeze, .reduce, .expand, .tile, .gather:
      return reshaped(layout, from: input, to: output, node: node)
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .instanceNormalization, .layerNormalization, .groupNormalization, .localResponseNormalization, .softmax,
      .concatenate, .split, .pad, .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range, .align,
      .quantize, .dynamicQuantize, .cumulativeSum, .scatterElements, .scatterSlices:
      return output.rank == input.rank ? layout : reshaped(layout, from: input, to: output, node: node)
    }
  }

  /// Such a step keeps an axis where its extent and the number of elements behind it agree.
  private mutating func reshaped(
    _ layout: SpatialLayout, from input: Shape, to output: Shape, node: Node
  ) -> SpatialLayout {
    let (before, after) = (input.strides, output.strides)
    var isLost = false
    let kept = layout.map { axis -> SpatialAxis? in
      let extent = input[axis.index]
      guard extent > 1 else { return nil }
      let found = (0..<output.rank).first { output[$0] == extent && after[$0] == before[axis.index] }
      if found == nil { isLost = true }
      return found.map { SpatialAxis(index: $0, spacing: axis.spacing) }
    }
    guard isLost else { return kept }
    if output.rank > 2 { untraced.append(node.name) }
    return .none
  }
}

extension Operation {
  /// Whether it takes the last two axes of its first input for positions.
  fileprivate var slidesOverMaps: Bool {
    switch self {
    case .convolution, .transposedConvolution, .maxPool, .averagePool, .depthToSpace, .spaceToDepth, .resize,
      .instanceNormalization:
      true
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .layerNormalization, .groupNormalization, .localResponseNormalization, .reduce, .matrixMultiply,
      .generalMatrixMultiply, .softmax, .concatenate, .split, .slice, .pad, .transpose, .reshape, .flatten, .squeeze,
      .unsqueeze, .gather, .expand, .tile, .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range,
      .align, .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample, .regionAlign,
      .cumulativeSum, .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random,
      .branch, .loop, .missing:
      false
    }
  }
}
