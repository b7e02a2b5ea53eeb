import GinghamNetworks
import GinghamTensors

extension Recognition {
  /// (x − ⟨x⟩)/√(⟨(x − ⟨x⟩)²⟩ + ε) over the last axes, with a gain and an offset behind.
  static func layerNormalization(_ recognition: inout Recognition, _ node: Node) {
    guard case .elementwise(.divide) = node.operation, let deviation = node.inputs[0], let root = node.inputs[1],
      let difference = recognition.node(making: deviation), case .elementwise(.subtract) = difference.operation,
      let x = difference.inputs[0], let mean = difference.inputs[1], let shape = recognition.shape(x),
      recognition.shape(deviation) == shape, recognition.isRead(only: mean), recognition.isRead(only: root),
      let averaging = recognition.node(making: mean), averaging.inputs[0] == x,
      let first = averaging.firstAxisOfMean(over: shape),
      let rooting = recognition.node(making: root), case .pointwise(.sqrt) = rooting.operation,
      let radicand = rooting.inputs[0], recognition.isRead(only: radicand),
      let sum = recognition.node(making: radicand), case .elementwise(.add) = sum.operation
    else { return }
    for case let variance? in sum.inputs {
      guard let other = recognition.partner(of: variance, in: sum), let epsilon = recognition.scalar(other),
        recognition.isRead(only: variance), let second = recognition.node(making: variance),
        second.firstAxisOfMean(over: shape) == first, let square = second.inputs[0], recognition.isRead(only: square),
        let squaring = recognition.node(making: square), recognition.isSquare(squaring, of: deviation),
        recognition.readersOf(deviation) == Set([squaring, node])
      else { continue }
      let length = Shape(Array(shape.dimensions.dropFirst(first)))
      var nodes = [averaging, difference, squaring, second, sum, rooting, node]
      let (gain, offset, last) = recognition.gainAndOffset(behind: node, like: length, &nodes)
      let ones = Tensor(length) { $0.update(repeating: 1) }
      let scale = recognition.addConstant(gain ?? ones, named: "\(node.name).gain")
      let bias = offset.map { recognition.addConstant($0, named: "\(node.name).offset") }
      recognition.replace(
        nodes,
        by: [
          Node(
            name: last.name, operation: .layerNormalization(axis: first, epsilon: epsilon), inputs: [x, scale, bias],
            outputs: last.outputs)
        ])
      return
    }
  }

  private func isSquare(_ node: Node, of value: ValueID) -> Bool {
    switch node.operation {
    case .elementwise(.power): node.inputs[0] == value && scalar(node.inputs[1]) == 2
    case .elementwise(.multiply): node.inputs == [value, value]
    default: false
    }
  }

  /// Constants of exactly this shape, or without its leading axes of one element, that are multiplied with and then
  /// added to what a node makes.
  private func gainAndOffset(
    behind node: Node, like shape: Shape, _ nodes: inout [Node]
  ) -> (gain: Tensor?, offset: Tensor?, last: Node) {
    func constant(_ function: Elementwise, behind node: Node) -> (Tensor, Node)? {
      guard let next = soleReader(node.outputs[0]), case .elementwise(function) = next.operation,
        let other = partner(of: node.outputs[0], in: next), let tensor = network.constants[other]?.tensor,
        tensor.count == shape.elementCount, self.shape(next.outputs[0]) == self.shape(node.outputs[0]),
        Array(tensor.shape.dimensions.suffix(shape.rank)) == Array(shape.dimensions.suffix(tensor.shape.rank))
      else { return nil }
      return (tensor, next)
    }
    guard let (gain, product) = constant(.multiply, behind: node) else { return (nil, nil, node) }
    nodes.append(product)
    guard let (offset, sum) = constant(.add, behind: product) else { return (gain, nil, product) }
    nodes.append(sum)
    return (gain, offset, sum)
  }

  /// Instance normalization of channels that were merged into groups, with a gain and an offset a channel behind.
  static func groupNormalization(_ recognition: inout Recognition, _ node: Node) {
    guard case .instanceNormalization(let epsilon) = node.operation, node.outputs.count == 1,
      node.inputs.count == 3, let merged = node.inputs[0], recognition.isRead(only: merged),
      let merging = recognition.node(making: merged), merging.isReshape, let x = merging.inputs[0],
      let shape = recognition.shape(x), let groups = recognition.shape(merged), shape.rank >= 3, groups.rank >= 2,
      groups[0] == shape[0], groups[1] > 0, shape[1].isMultiple(of: groups[1]),
      let parting = recognition.soleReader(node.outputs[0]), parting.isReshape,
      recognition.shape(parting.outputs[0]) == shape,
      let gains = node.inputs[1].flatMap({ recognition.network.constants[$0]?.tensor?.scalars }),
      let offsets = node.inputs[2].flatMap({ recognition.network.constants[$0]?.tensor?.scalars }),
      gains.count == groups[1], offsets.count == groups[1]
    else { return }
    var nodes = [merging, node, parting]
    let channels = shape[1]
    let vector = Shape([channels] + shape.spatial.map { _ in 1 })
    let (gain, offset, last) = recognition.gainAndOffset(behind: parting, like: vector, &nodes)
    let size = channels / groups[1]
    // γ·(g·x̂ + o) + β = (γ·g)·x̂ + (γ·o + β).
    let (factor, shift) = (gain?.scalars, offset?.scalars)
    let scale = (0..<channels).map { gains[$0 / size] * (factor?[$0] ?? 1) }
    let bias = (0..<channels).map { offsets[$0 / size] * (factor?[$0] ?? 1) + (shift?[$0] ?? 0) }
    let parameters: [ValueID?] = [
      recognition.addConstant(Tensor([channels], scale), named: "\(node.name).gain"),
      recognition.addConstant(Tensor([channels], bias), named: "\(node.name).offset"),
    ]
    recognition.replace(
      nodes,
      by: [
        Node(
          name: last.name, operation: .groupNormalization(groups: groups[1], epsilon: epsilon),
          inputs: [x] + parameters, outputs: last.outputs)
      ])
  }
}

extension Node {
  fileprivate var isReshape: Bool {
    if case .reshape = operation { true } else { false }
  }

  /// The first of the axes that this is the mean over, where they are the last ones and stay as axes of one element.
  fileprivate func firstAxisOfMean(over shape: Shape) -> Int? {
    guard case .reduce(let reduction) = operation, reduction.kind == .mean, reduction.keepsDimensions,
      case .listed(let listed) = reduction.axes
    else { return nil }
    let axes = Set(listed.map { $0 < 0 ? $0 + shape.rank : $0 })
    guard let first = axes.min(), axes == Set(first..<shape.rank) else { return nil }
    return first
  }
}
