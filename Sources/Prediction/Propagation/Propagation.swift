import GinghamLattices
import GinghamNetworks
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Carries power through a network, backwards from a target or forwards from the inputs, one plane a value: the mean
/// over channels of the variance at each position.
struct Propagation {
  enum Region: Hashable {
    /// The shapes the network is bound to, borders and all.
    case picture
    /// One tile of an endless picture.
    case interior
  }

  enum Direction { case backward, forward }

  let network: BoundNetwork
  let layouts: SpatialLayouts
  let region: Region
  let options: PredictionOptions
  /// Elements of the network's input after which every layer's sampling repeats.
  let tile: Int
  /// By the node's first output.
  var mitigations: [ValueID: Mitigation] = [:]
  /// What is guessed where the architecture leaves it open; `nil`: what the options say.
  var draw: WeightDraw?

  /// The longest tile an interior prediction is made for.
  static let longestTile = 512

  init(_ network: BoundNetwork, layouts: SpatialLayouts, region: Region, options: PredictionOptions) throws {
    self.network = network
    self.layouts = layouts
    self.region = region
    self.options = options
    let spacings = layouts.byValue.values.flatMap { $0.axes.map(\.spacing.numerator) }
    guard let tile = leastCommonMultiple(Array(Set(spacings)), limit: Propagation.longestTile) else {
      throw ArtifactError.unsupported(
        layer: network.name,
        why: "its cumulative strides repeat together only after more than \(Propagation.longestTile) pixels")
    }
    self.tile = tile
  }

  func shape(_ value: ValueID) -> Shape { network.shapes[value] ?? [] }

  func layout(_ value: ValueID) -> SpatialLayout { layouts.byValue[value] ?? .none }

  func extents(_ value: ValueID) -> (height: Int, width: Int) {
    let layout = layout(value)
    switch region {
    case .picture: return layout.extents(of: shape(value))
    case .interior:
      func count(_ axis: SpatialAxis?) -> Int {
        axis.map { tile * $0.spacing.denominator / $0.spacing.numerator } ?? 1
      }
      return (count(layout.rows), count(layout.columns))
    }
  }

  // MARK: Backward

  /// Variance of the gradient at every value that leads to `target`, from `seed` there (ones where `nil`).
  func backward(from target: ValueID, seed: Plane? = nil) throws -> [ValueID: Plane] {
    try requireBoundedCost()
    let (height, width) = extents(target)
    return try backward(
      through: network.nodes.reversed(), from: [target: seed ?? Plane(height: height, width: width, repeating: 1)])
  }

  /// The same where the planes are known but for the change of one layer: only what stands in front of it is worked
  /// out again.
  ///
  /// - Parameters:
  ///   - planes: those without the change, from ones at `target`.
  ///   - changed: the value that the changed layer produces.
  func backward(
    from target: ValueID, resuming planes: [ValueID: Plane], behind changed: ValueID
  ) throws -> [ValueID: Plane] {
    guard let position = network.nodes.firstIndex(where: { $0.outputs.contains(changed) }) else {
      return try backward(from: target)
    }
    // A value in front of the change is read by nodes on both sides of it, so the nodes behind send once more. Values
    // behind the change keep their planes.
    let settled = Set(network.nodes[(position + 1)...].flatMap(\.outputs) + network.nodes[position].outputs)
    let known = planes.filter { settled.contains($0.key) || $0.key == target }
    return try backward(through: network.nodes.reversed(), from: known, settled: settled.union([target]))
  }

  private func backward(
    through nodes: some Sequence<Node>, from start: [ValueID: Plane], settled: Set<ValueID> = []
  ) throws -> [ValueID: Plane] {
    var planes = start
    for node in nodes {
      let arriving = node.outputs.map { planes[$0] }
      guard arriving.contains(where: { $0 != nil }) else { continue }
      for (position, input) in node.inputs.enumerated() {
        guard let input, layouts.byValue[input] != nil, !settled.contains(input) else { continue }
        for (index, plane) in arriving.enumerated() {
          guard let plane, let sent = try sent(back: plane, through: node, output: index, to: position) else {
            continue
          }
          planes[input] = planes[input].map { $0.adding(sent) } ?? sent
        }
      }
    }
    return planes
  }

  /// What of `plane`, at output `index` of `node`, reaches input `position`; `nil` where nothing does.
  private func sent(back plane: Plane, through node: Node, output index: Int, to position: Int) throws -> Plane? {
    guard let input = node.inputs[position] else { return nil }
    let (height, width) = extents(input)
    if let steps = try steps(of: node, direction: .backward) {
      guard position == 0 else { return nil }
      let moved = steps.reversed().reduce(plane) { $1.towardInput($0) }
      return moved.fitted(height: height, width: width)
    }
    guard let gain = gain(of: node, output: index, input: position) else { return nil }
    var fitted = plane.fitted(height: height, width: width)
    if gain != 1 { for element in fitted.values.indices { fitted.values[element] *= gain } }
    return fitted
  }

  // MARK: Forward

  /// Overlap amplitude of every value from ones at the inputs: what weights that are all alike would paint.
  func forward() throws -> [ValueID: Plane] {
    try requireBoundedCost()
    var planes: [ValueID: Plane] = [:]
    for input in network.inputs {
      let (height, width) = extents(input)
      planes[input] = Plane(height: height, width: width, repeating: 1)
    }
    for node in network.nodes {
      let arriving = node.inputs.map { $0.flatMap { planes[$0] } }
      guard arriving.contains(where: { $0 != nil }) else { continue }
      for output in node.outputs {
        let (height, width) = extents(output)
        if let steps = try steps(of: node, direction: .forward), let plane = arriving.first ?? nil {
          planes[output] = steps.reduce(plane) { $1.towardOutput($0) }.fitted(height: height, width: width)
          continue
        }
        let parts = arriving.compactMap { $0?.fitted(height: height, width: width) }
        var sum = parts[0]
        for part in parts.dropFirst() { sum = sum.adding(part) }
        sum.values = sum.values.map { $0 / Double(parts.count) }
        planes[output] = sum
      }
    }
    return planes
  }

  // MARK: Gains

  /// Power that reaches an input's element per unit of power at an output's element, for layers that move nothing.
  private func gain(of node: Node, output index: Int, input position: Int) -> Double? {
    guard let input = node.inputs[position],
      let output = node.outputs.indices.contains(index) ? node.outputs[index] : nil
    else { return nil }
    let (before, after) = (shape(input), shape(output))
    // Where an operand or a summed axis is smaller than the result, gradients add up over what it stands for.
    func ratio() -> Double { Double(max(after.elementCount, 1)) / Double(max(before.elementCount, 1)) }
    switch node.operation {
    case .pointwise(let function):
      return options.gain == .weights && function.passesHalf ? 0.5 : 1
    case .parametricReLU: return position == 0 ? 1 : nil
    case .elementwise(let kind):
      let agreement = kind == .multiply ? draw.map { pow(max(1, ratio()), $0.gating) } ?? 1 : 1
      return elementwiseGain(kind, node: node, position: position).map { $0 * max(1, ratio()) * agreement }
    case .select: return position == 0 ? nil : 0.5
    case .pixelNormalization(let normalization):
      guard options.gain == .weights, !normalization.scale.isEmpty else { return 1 }
      return normalization.scale.reduce(0) { $0 + Double($1) * Double($1) } / Double(normalization.scale.count)
    case .batchNormalization(let epsilon):
      guard position == 0 else { return nil }
      guard options.gain == .weights else { return 1 }
      return ChannelAffine(batchNormalization: node, epsilon: epsilon, constants: network.constants)?.meanPower ?? 1
    case .instanceNormalization, .layerNormalization, .groupNormalization: return position == 0 ? 1 : nil
    case .reduce(let reduction):
      guard position == 0 else { return nil }
      let count = Double(max(before.elementCount, 1)) / Double(max(after.elementCount, 1))
      switch reduction.kind {
      case .mean: return 1 / (count * count)
      case .maximum, .minimum: return 1 / count
      case .sum, .product, .l1, .l2, .sumOfSquares, .logSum, .logSumExp: return 1
      }
    case .split, .slice, .gather, .gatherElements, .gatherSlices, .topK: return position == 0 ? ratio() : nil
    case .gridSample, .regionAlign: return position == 0 ? max(1, ratio()) : nil
    case .expand, .tile: return position == 0 ? max(1, ratio()) : nil
    case .resize, .pad, .reshape, .squeeze, .unsqueeze: return position == 0 ? 1 : nil
    case .convolution, .transposedConvolution, .maxPool, .averagePool, .depthToSpace, .spaceToDepth,
      .localResponseNormalization, .matrixMultiply, .generalMatrixMultiply, .softmax, .concatenate, .transpose,
      .flatten,
      .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range, .align, .cumulativeSum, .determinant:
      return 1
    // Rounding passes gradients straight through; scales and zero points get none.
    case .quantize, .dynamicQuantize: return position == 0 ? 1 : nil
    case .scatterElements, .scatterSlices: return position == 1 ? nil : 1
    case .extremePlace, .nonZero, .unique, .random, .branch, .loop, .missing: return nil
    }
  }

  private func elementwiseGain(_ kind: Elementwise, node: Node, position: Int) -> Double? {
    let others = node.inputs.enumerated().filter { $0.offset != position }.compactMap { $0.element }
    func meanSquare(_ value: ValueID?) -> Double {
      guard let tensor = value.flatMap({ network.constants[$0]?.tensor }), tensor.count > 0 else { return 1 }
      return tensor.withUnsafeBufferPointer { $0.reduce(0) { $0 + Double($1) * Double($1) } } / Double(tensor.count)
    }
    switch kind {
    case .add, .subtract:
      guard let draw, let own = node.inputs[position], let other = others.first, network.constants[other] == nil else {
        return 1
      }
      return draw.share(of: own, beside: other)
    case .multiply: return options.gain == .weights ? meanSquare(others.first) : 1
    case .divide:
      guard position == 0 else { return 1 }
      let square = meanSquare(others.first)
      return options.gain == .weights && square > 0 ? 1 / square : 1
    case .mean: return 1 / Double(node.inputs.count * node.inputs.count)
    case .minimum, .maximum:
      // With a constant it is a rectifier, between branches each wins equally often.
      return others.contains { network.constants[$0] == nil } ? 1 / Double(node.inputs.count) : 1
    case .power: return position == 0 ? 1 : nil
    case .modulo, .truncatedRemainder, .equal, .greater, .greaterOrEqual, .less, .lessOrEqual, .and, .or, .xor,
      .integerDivide, .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight:
      return nil
    }
  }
}

extension Pointwise {
  /// Whether about half of all units pass nothing.
  var passesHalf: Bool {
    switch self {
    case .relu, .clip, .thresholdedReLU: true
    case .leakyReLU, .sigmoid, .tanh, .hardSwish, .hardSigmoid, .gelu, .erf, .elu, .selu, .celu, .softplus, .softsign,
      .mish, .silu, .shrink, .exp, .log, .sqrt, .reciprocal, .absolute, .negate, .sign, .ceil, .floor, .round, .sin,
      .cos,
      .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .not, .root, .isNaN, .isInfinite:
      false
    }
  }
}

extension Plane {
  func adding(_ other: Plane) -> Plane {
    var sum = self
    for index in sum.values.indices { sum.values[index] += other.values[index] }
    return sum
  }

  /// Repeated along axes of extent one, averaged along axes that shrink.
  func fitted(height target: Int, width: Int) -> Plane {
    guard target != height || width != self.width else { return self }
    var rows = self
    if target != height {
      var means = [Double](repeating: 0, count: self.width)
      for y in 0..<height {
        for x in 0..<self.width { means[x] += values[y * self.width + x] / Double(height) }
      }
      rows = Plane(
        height: target, width: self.width, values: (0..<target).flatMap { _ in means })
    }
    guard width != self.width else { return rows }
    return Plane(
      height: target, width: width,
      values: (0..<target).flatMap { y -> [Double] in
        let mean = rows.values[(y * self.width)..<((y + 1) * self.width)].reduce(0, +) / Double(self.width)
        return [Double](repeating: mean, count: width)
      })
  }
}
