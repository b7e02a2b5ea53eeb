import GinghamNetworks
import GinghamTensors

extension Recognition {
  /// A factor a channel behind a transpose moves in front of it, where the product that it follows can take it in.
  static func factorBehindTranspose(_ recognition: inout Recognition, _ node: Node) {
    guard case .elementwise(.multiply) = node.operation else { return }
    for case let turned? in node.inputs {
      guard let other = recognition.partner(of: turned, in: node),
        let factors = recognition.network.constants[other]?.tensor,
        let turn = recognition.node(making: turned), case .transpose(let permutation?) = turn.operation,
        recognition.isRead(only: turned), let value = turn.inputs[0], let shape = recognition.shape(turned),
        recognition.shape(node.outputs[0]) == shape, let former = recognition.shape(value)
      else { continue }
      // The one axis along which the factors differ.
      let leading = shape.rank - factors.shape.rank
      let axes = factors.shape.dimensions.indices.filter { factors.shape[$0] > 1 }
      guard leading >= 0, axes.count == 1, permutation[axes[0] + leading] == former.rank - 1,
        factors.count == former[former.rank - 1], recognition.isProduct(value)
      else { continue }
      let vector = recognition.addConstant(Tensor([factors.count], factors.scalars), named: "\(node.name).factor")
      let product = recognition.addValue(former, named: "\(node.name).product")
      recognition.replace(
        [turn, node],
        by: [
          Node(name: node.name, operation: .elementwise(.multiply), inputs: [value, vector], outputs: [product]),
          Node(name: turn.name, operation: turn.operation, inputs: [product], outputs: node.outputs),
        ])
      return
    }
  }

  /// Whether a value comes out of a matrix product, with or without a bias.
  private func isProduct(_ value: ValueID) -> Bool {
    guard let node = node(making: value), isRead(only: value) else { return false }
    switch node.operation {
    case .matrixMultiply, .generalMatrixMultiply: return true
    case .elementwise(.add):
      return node.inputs.compactMap { $0 }.contains { operand in
        switch self.node(making: operand)?.operation {
        case .matrixMultiply, .generalMatrixMultiply: isRead(only: operand)
        default: false
        }
      }
    default: return false
    }
  }

  /// Factors of queries and keys become one of the scores, which softmax takes in.
  static func factorsOfScores(_ recognition: inout Recognition, _ node: Node) {
    guard case .matrixMultiply = node.operation, node.inputs.count == 2,
      let scores = recognition.shape(node.outputs[0]),
      recognition.leadsToSoftmax(node.outputs[0])
    else { return }
    var (factor, nodes, aliases) = (Float(1), [Node](), [(from: ValueID, to: ValueID)]())
    for case let operand? in Set(node.inputs) {
      guard let found = recognition.factor(of: operand) else { continue }
      factor *= found.factor
      nodes.append(found.node)
      aliases.append((found.node.outputs[0], found.base))
    }
    guard !nodes.isEmpty else { return }
    let unscaled = recognition.addValue(scores, named: "\(node.name).unscaled")
    let number = recognition.addConstant(Tensor([], [factor]), named: "\(node.name).factor")
    var product = node
    product.outputs = [unscaled]
    let scaling = Node(
      name: node.name, operation: .elementwise(.multiply), inputs: [unscaled, number], outputs: node.outputs)
    recognition.replace([node], by: [product, scaling])
    for (node, alias) in zip(nodes, aliases) { recognition.bypass(node, from: alias.from, to: alias.to) }
  }

  /// Whether nothing but arithmetic and reshaping stands between a value and a softmax.
  private func leadsToSoftmax(_ value: ValueID) -> Bool {
    var value = value
    while let next = soleReader(value) {
      switch next.operation {
      case .softmax: return true
      case .elementwise, .reshape: value = next.outputs[0]
      default: return false
      }
    }
    return false
  }

  /// The factor that a value carries, in front of whatever rearranges it.
  private func factor(of value: ValueID) -> (node: Node, base: ValueID, factor: Float)? {
    var value = value
    while isRead(only: value), let node = node(making: value) {
      let (base, factor, nodes) = scaled(value)
      if let own = nodes.first, network.constants[base] == nil { return (own, base, factor) }
      switch node.operation {
      case .transpose, .reshape, .squeeze, .unsqueeze:
        guard let input = node.inputs[0] else { return nil }
        value = input
      default: return nil
      }
    }
    return nil
  }
}
