import GinghamNetworks

extension Recognition {
  /// x·(1 + erf(x/√2))/2, its factors in any order.
  static func gelu(_ recognition: inout Recognition, _ node: Node) {
    guard case .pointwise(.erf) = node.operation, let argument = node.inputs[0] else { return }
    let (x, factor, scaling) = recognition.scaled(argument)
    guard factor.isAbout(Float(0.5).squareRoot()) else { return }
    recognition.replaceGate(behind: node, of: x, scaling + [node], by: .gelu(approximate: false))
  }

  /// x·(1 + tanh(√(2/π)·(x + 0.044715x³)))/2.
  static func approximateGELU(_ recognition: inout Recognition, _ node: Node) {
    guard case .pointwise(.tanh) = node.operation, let argument = node.inputs[0] else { return }
    let (sum, factor, scaling) = recognition.scaled(argument)
    guard factor.isAbout((2 / Float.pi).squareRoot()), let addition = recognition.node(making: sum),
      case .elementwise(.add) = addition.operation, recognition.isRead(only: sum)
    else { return }
    for case let x? in addition.inputs {
      guard let other = recognition.partner(of: x, in: addition) else { continue }
      let (cube, cubic, more) = recognition.scaled(other)
      guard cubic.isAbout(0.044715), let powers = recognition.cube(cube, of: x) else { continue }
      return recognition.replaceGate(
        behind: node, of: x, scaling + more + powers + [addition, node], by: .gelu(approximate: true))
    }
  }

  /// The nodes that make x³.
  private func cube(_ value: ValueID, of x: ValueID) -> [Node]? {
    guard let node = node(making: value), isRead(only: value) else { return nil }
    switch node.operation {
    case .elementwise(.power): return node.inputs[0] == x && scalar(node.inputs[1]) == 3 ? [node] : nil
    case .elementwise(.multiply):
      guard let square = partner(of: x, in: node), let product = self.node(making: square), isRead(only: square),
        case .elementwise(.multiply) = product.operation, product.inputs == [x, x]
      else { return nil }
      return [product, node]
    default: return nil
    }
  }

  /// Replaces 0.5·x·(1 + f) by an activation of x, where `node` makes f.
  private mutating func replaceGate(behind node: Node, of x: ValueID, _ before: [Node], by function: Pointwise) {
    guard let sum = soleReader(node.outputs[0]), case .elementwise(.add) = sum.operation,
      let one = partner(of: node.outputs[0], in: sum), scalar(one) == 1
    else { return }
    var (value, factor, hasX, nodes) = (sum.outputs[0], Float(1), false, before + [sum])
    while !hasX || factor != 0.5 {
      guard let product = soleReader(value), case .elementwise(.multiply) = product.operation,
        let other = partner(of: value, in: product)
      else { return }
      if let number = scalar(other) {
        factor *= number
      } else {
        let (base, number, scaling) = other == x ? (x, 1, []) : scaled(other)
        guard !hasX, base == x else { return }
        (hasX, factor) = (true, factor * number)
        nodes += scaling
      }
      nodes.append(product)
      value = product.outputs[0]
    }
    guard shape(value) == shape(x) else { return }
    let last = nodes[nodes.count - 1]
    replace(nodes, by: [Node(name: last.name, operation: .pointwise(function), inputs: [x], outputs: last.outputs)])
  }

  /// x·sigmoid(x), x·hardSigmoid(x) and x·tanh(softplus(x)).
  static func gatedActivation(_ recognition: inout Recognition, _ node: Node) {
    guard case .elementwise(.multiply) = node.operation else { return }
    for case let x? in node.inputs {
      guard let gate = recognition.partner(of: x, in: node), recognition.isRead(only: gate), gate != x,
        let maker = recognition.node(making: gate), case .pointwise(let function) = maker.operation
      else { continue }
      var nodes = [maker, node]
      let result: Pointwise
      switch function {
      case .sigmoid where maker.inputs[0] == x: result = .silu
      case .hardSigmoid(let alpha, let beta)
      where maker.inputs[0] == x && alpha.isAbout(1 / 6) && beta == 0.5:
        result = .hardSwish
      case .tanh:
        guard let inner = maker.inputs[0], recognition.isRead(only: inner),
          let softplus = recognition.node(making: inner), case .pointwise(.softplus) = softplus.operation,
          softplus.inputs[0] == x
        else { continue }
        nodes.insert(softplus, at: 0)
        result = .mish
      default: continue
      }
      recognition.replace(
        nodes, by: [Node(name: node.name, operation: .pointwise(result), inputs: [x], outputs: node.outputs)])
      return
    }
  }
}
