import GinghamTensors

extension Network {
  /// Makes of a network over signals N×C×L one over maps N×C×1×L of a single row, which is what every kernel, lattice and
  /// prediction is for. Others stay as they are.
  ///
  /// A network is one over signals where its input is N×C×L and a window of one axis slides over it, or where it makes
  /// such of a vector. Sequences of tokens inside other networks have three axes as well, and are left alone. Operators
  /// that know nothing of the row work on N×C×L in between.
  public mutating func takeSignals() {
    guard let input = inputs.first, (2...3).contains(input.shape.count) else { return }
    let counts = nodes.compactMap { $0.windowAxes(in: self) }
    // A file may give signals their row itself.
    let hasRows = nodes.contains { $0.changesRow(in: self) }
    guard counts.contains(1) || hasRows && counts.contains(2),
      input.shape.count == 3 || counts.allSatisfy({ $0 == 1 || hasRows && $0 == 2 })
    else { return }
    var raising = RowRaising(self)
    if input.shape.count == 3 { raising.begin(at: input.value) }
    for node in nodes { raising.take(node) }
    guard input.shape.count == 2 || raising.slidesOverInput else { return }
    self = raising.finished()
    if input.shape.count == 3 { inputs[0].shape.insert(1, at: 2) }
    isOneDimensional = true
  }

  /// The same network with inputs and outputs N×C×L, as files have it.
  public var withoutRows: Network {
    guard isOneDimensional else { return self }
    var network = self
    network.isOneDimensional = false
    if let input = inputs.first, input.shape.count == 4 {
      let name = name(of: input.value)
      network.rename(input.value, to: name + ".row")
      let line = network.makeValue(named: name)
      network.inputs[0].value = line
      network.inputs[0].shape.remove(at: 2)
      network.nodes.insert(
        Node(name: name + ".row", operation: .unsqueeze(axes: [2]), inputs: [line], outputs: [input.value]), at: 0)
    }
    for index in outputs.indices where rows.contains(outputs[index]) {
      let name = name(of: outputs[index])
      network.rename(outputs[index], to: name + ".row")
      network.outputs[index] = network.append(name, .squeeze(axes: [2]), outputs[index])
    }
    return network
  }
}

extension Node {
  /// Whether it gives N×C×L a row, or takes it.
  fileprivate func changesRow(in network: Network) -> Bool {
    let given: [Int]?
    switch operation {
    case .squeeze(let axes), .unsqueeze(let axes): given = axes
    default: return false
    }
    let listed = inputs.count > 1 ? inputs[1].flatMap { network.constants[$0]?.integers?.elements } : nil
    return (given ?? listed) == [2]
  }

  /// Axes of the window that slides, where one does.
  fileprivate func windowAxes(in network: Network) -> Int? {
    let window: Window
    switch operation {
    case .convolution(let convolution): window = convolution.window
    case .transposedConvolution(let convolution): window = convolution.window
    case .maxPool(let pool): window = pool.window
    case .averagePool(let pool):
      if let size = pool.adaptiveSize { return size.count }
      window = pool.window
    default: return nil
    }
    if !window.kernel.isEmpty { return window.kernel.count }
    guard inputs.count > 1, let weight = inputs[1].flatMap({ network.constants[$0] }) else { return nil }
    return weight.shape.rank - 2
  }
}

/// Gives values N×C×L a row, node by node.
private struct RowRaising {
  private var network: Network
  private var nodes: [Node] = []
  /// Values that were N×C×L and are N×C×1×L.
  private var rows: Set<ValueID> = []
  /// The same values without their row, where somebody needs them so; and the other way.
  private var lines: [ValueID: ValueID] = [:]
  private var raised: [ValueID: ValueID] = [:]
  /// Values that have a row in the file.
  private var given: Set<ValueID> = []
  /// Whether a window reads what comes from the input without a detour.
  private(set) var slidesOverInput = false

  init(_ network: Network) {
    self.network = network
  }

  mutating func begin(at input: ValueID) { rows.insert(input) }

  func finished() -> Network {
    var result = network
    result.nodes = nodes
    result.rows = rows
    // What a file turns back for its readers is wanted with its row here.
    for index in result.outputs.indices {
      guard let node = nodes.first(where: { $0.outputs == [result.outputs[index]] }), case .squeeze = node.operation,
        node.changesRow(in: network), let source = node.inputs[0]
      else { continue }
      result.outputs[index] = source
      result.rows.insert(source)
    }
    return result
  }

  // MARK: Nodes

  mutating func take(_ node: Node) {
    if node.windowAxes(in: network) == 1, let data = node.inputs.first ?? nil {
      slidesOverInput = slidesOverInput || rows.contains(data)
      return slide(node, over: data)
    }
    guard let data = node.inputs.first(where: { $0.map(rows.contains) ?? false }) ?? nil else {
      if let front = node.inputs.first ?? nil, given.contains(front) {
        slidesOverInput = slidesOverInput || node.windowAxes(in: network) == 2
        if !node.changesRow(in: network) { given.formUnion(node.outputs) }
      }
      if case .unsqueeze = node.operation, node.changesRow(in: network) { given.formUnion(node.outputs) }
      nodes.append(node)
      return
    }
    if let kept = withRow(node, data: data) {
      nodes.append(kept.node)
      if kept.keepsRow { rows.formUnion(node.outputs) }
    } else {
      var node = node
      node.inputs = node.inputs.map { $0.map { rows.contains($0) ? line($0) : $0 } }
      nodes.append(node)
    }
  }

  private mutating func slide(_ node: Node, over data: ValueID) {
    var node = node
    node.inputs[0] = row(data)
    if node.inputs.count > 1, let weight = node.inputs[1] { node.inputs[1] = raisedWeight(weight) }
    switch node.operation {
    case .convolution(var convolution):
      convolution.window = convolution.window.overRow
      node.operation = .convolution(convolution)
    case .transposedConvolution(var convolution):
      convolution.window = convolution.window.overRow
      convolution.outputPadding = convolution.outputPadding.map { [0] + $0 }
      convolution.outputSize = convolution.outputSize.map { [1] + $0 }
      node.operation = .transposedConvolution(convolution)
    case .maxPool(var pool):
      pool.window = pool.window.overRow
      node.operation = .maxPool(pool)
    case .averagePool(var pool):
      if let size = pool.adaptiveSize { pool.adaptiveSize = [1] + size } else { pool.window = pool.window.overRow }
      node.operation = .averagePool(pool)
    default: break
    }
    nodes.append(node)
    rows.formUnion(node.outputs)
  }

  /// The node on values with a row, and whether its outputs have one; `nil` where it must work without.
  private mutating func withRow(_ node: Node, data: ValueID) -> (node: Node, keepsRow: Bool)? {
    var node = node
    let isFirst = node.inputs.first == data
    switch node.operation {
    case .pointwise, .identity, .dropout, .cast, .pixelNormalization, .batchNormalization, .instanceNormalization,
      .groupNormalization, .localResponseNormalization:
      return isFirst ? (node, true) : nil
    case .elementwise, .parametricReLU:
      guard node.inputs.allSatisfy({ $0.map { rows.contains($0) || network.constants[$0] != nil } ?? false }) else {
        return nil
      }
      node.inputs = node.inputs.map { $0.map { rows.contains($0) ? $0 : raisedConstant($0) } }
      return (node, true)
    case .concatenate(let axis):
      guard node.inputs.allSatisfy({ $0.map(rows.contains) ?? false }) else { return nil }
      node.operation = .concatenate(axis: Self.axis(axis))
      return (node, true)
    case .split(var split):
      split.axis = Self.axis(split.axis)
      node.operation = .split(split)
      return (node, true)
    case .softmax(var softmax):
      guard !softmax.flattensBehindAxis else { return nil }
      softmax.axis = Self.axis(softmax.axis)
      node.operation = .softmax(softmax)
      return (node, true)
    case .pad(var pad):
      if pad.before == nil {
        guard let amounts = integers(node, 1), amounts.count == 6, input(node, 3) == nil else { return nil }
        if let value = input(node, 2) {
          guard let number = network.constants[value]?.floats.scalars.first else { return nil }
          pad.value = number
        }
        (pad.before, pad.after) = (Array(amounts[..<3]), Array(amounts[3...]))
      }
      guard pad.before?.count == 3, pad.after?.count == 3 else { return nil }
      pad.before?.insert(0, at: 2)
      pad.after?.insert(0, at: 2)
      node.operation = .pad(pad)
      node.inputs = [data]
      return (node, true)
    case .slice(let slice):
      guard let starts = slice.starts ?? integers(node, 1), let ends = slice.ends ?? integers(node, 2) else {
        return nil
      }
      if input(node, 3) != nil, integers(node, 3) == nil { return nil }
      if input(node, 4) != nil, integers(node, 4) == nil { return nil }
      let axes = slice.axes ?? integers(node, 3) ?? Array(starts.indices)
      node.operation = .slice(
        Slice(starts: starts, ends: ends, axes: axes.map(Self.axis), steps: slice.steps ?? integers(node, 4)))
      node.inputs = [data]
      return (node, true)
    case .resize(var resize):
      let scales = resize.scales ?? floats(node, 2)
      let sizes = resize.sizes ?? integers(node, 3)
      guard resize.coordinates != .cropAndResize, resize.axes == nil, resize.aspectPolicy == .stretch,
        scales?.count == 3 || sizes?.count == 3
      else { return nil }
      resize.axes = [0, 1, 3]
      resize.scales = scales?.count == 3 ? scales : nil
      resize.sizes = resize.scales == nil ? sizes : nil
      node.operation = .resize(resize)
      node.inputs = [data]
      return (node, true)
    case .reduce(var reduction):
      switch reduction.axes {
      case .all: break
      case .spatial: break
      case .listed(let axes): reduction.axes = .listed(Self.axes(axes))
      case .fromInput:
        guard let axes = integers(node, 1), !axes.isEmpty else { return nil }
        reduction.axes = .listed(Self.axes(axes))
        node.inputs = [data]
      }
      // Without the reduced axes, only what lost all of its positions is what it was.
      if !reduction.keepsDimensions, case .listed(let axes) = reduction.axes, !axes.contains(3) { return nil }
      node.operation = .reduce(reduction)
      return (node, reduction.keepsDimensions)
    case .flatten(axis: 1):
      return (node, false)
    case .unsqueeze(let axes):
      // It has the row that it is given.
      guard (axes ?? integers(node, 1)) == [2] else { return nil }
      given.formUnion(node.outputs)
      node.operation = .identity
      node.inputs = [data]
      return (node, false)
    case .convolution, .transposedConvolution, .maxPool, .averagePool, .select, .layerNormalization, .matrixMultiply,
      .generalMatrixMultiply, .transpose, .reshape, .flatten, .squeeze, .gather, .expand, .align, .tile, .depthToSpace,
      .spaceToDepth, .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample, .regionAlign,
      .cumulativeSum, .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .shapeOf, .sizeOf,
      .constantOfShape, .range, .nonZero, .unique, .random, .branch, .loop, .missing:
      return nil
    }
  }

  // MARK: Axes

  /// Where an axis of N×C×L stands in N×C×1×L.
  private static func axis(_ axis: Int) -> Int {
    switch axis {
    case 2: 3
    case -2: 1
    case -3: 0
    default: axis
    }
  }

  /// The same of axes that are reduced: the row goes with the positions.
  private static func axes(_ axes: [Int]) -> [Int] {
    axes.flatMap { $0 == 2 || $0 == -1 ? [2, 3] : [axis($0)] }
  }

  // MARK: Values

  private func input(_ node: Node, _ index: Int) -> ValueID? { index < node.inputs.count ? node.inputs[index] : nil }

  private func integers(_ node: Node, _ index: Int) -> [Int]? {
    input(node, index).flatMap { network.constants[$0]?.integers?.elements }
  }

  private func floats(_ node: Node, _ index: Int) -> [Float]? {
    let numbers = input(node, index).flatMap { network.constants[$0]?.floats.scalars }
    return numbers?.isEmpty == true ? nil : numbers
  }

  /// N×C×1×L of a value N×C×L.
  private mutating func row(_ value: ValueID) -> ValueID {
    if rows.contains(value) { return value }
    return inserted(value, .unsqueeze(axes: [2]), ".row", \.raised)
  }

  /// N×C×L of a value N×C×1×L.
  private mutating func line(_ value: ValueID) -> ValueID { inserted(value, .squeeze(axes: [2]), ".line", \.lines) }

  private mutating func inserted(
    _ value: ValueID, _ operation: Operation, _ ending: String, _ known: WritableKeyPath<RowRaising, [ValueID: ValueID]>
  ) -> ValueID {
    if let found = self[keyPath: known][value] { return found }
    let name = network.name(of: value) + ending
    let result = network.makeValue(named: name)
    nodes.append(Node(name: name, operation: operation, inputs: [value], outputs: [result]))
    self[keyPath: known][value] = result
    return result
  }

  /// O×I×1×k of O×I×k.
  private mutating func raisedWeight(_ weight: ValueID) -> ValueID {
    guard let constant = network.constants[weight] else {
      return inserted(weight, .unsqueeze(axes: [2]), ".row", \.raised)
    }
    return replaced(weight, constant, axis: 2)
  }

  /// What is broadcast against N×C×L, broadcast against N×C×1×L.
  private mutating func raisedConstant(_ value: ValueID) -> ValueID {
    guard let constant = network.constants[value], constant.shape.rank > 1 else { return value }
    return replaced(value, constant, axis: constant.shape.rank - 1)
  }

  /// A constant of the same name and elements with another axis.
  private mutating func replaced(_ value: ValueID, _ constant: Constant, axis: Int) -> ValueID {
    if let found = raised[value] { return found }
    var shape = constant.shape
    shape.dimensions.insert(1, at: axis)
    let changed: Constant =
      switch constant {
      case .float(let tensor): .float(tensor.reshaped(to: shape))
      case .integer(let array): .integer(IntegerArray(shape, array.elements, type: array.type))
      }
    let result = network.addConstant(network.name(of: value), changed)
    if network.batchedConstants.contains(value) { network.batchedConstants.insert(result) }
    raised[value] = result
    return result
  }
}

extension Window {
  /// The same window over N×C×1×L.
  fileprivate var overRow: Window {
    var window = self
    // Where a file leaves the window to the weight's shape, that has its row already.
    if !kernel.isEmpty { window.kernel.insert(1, at: 0) }
    if !strides.isEmpty { window.strides.insert(1, at: 0) }
    if !dilations.isEmpty { window.dilations.insert(1, at: 0) }
    if case .explicit(let before, let after) = padding, !before.isEmpty {
      window.padding = .explicit(before: [0] + before, after: [0] + after)
    }
    return window
  }
}
