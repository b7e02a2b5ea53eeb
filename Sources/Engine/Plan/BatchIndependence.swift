import GinghamNetworks
import GinghamTensors

extension BoundNetwork {
  /// Whether every picture of this network's batch goes through it as through `single`, the same network bound to one
  /// picture: each value that depends on the input has the batch as its first axis, and no operator works along it.
  func treatsPicturesAlone(comparedTo single: BoundNetwork) -> Bool {
    guard nodes.count == single.nodes.count, let batch = inputs.first.flatMap({ shapes[$0]?.dimensions.first }) else {
      return false
    }
    var dependent = Set(inputs)
    for (node, alone) in zip(nodes, single.nodes) {
      let operands = node.inputs.compactMap { $0 }.filter(dependent.contains)
      guard !operands.isEmpty else { return false }
      guard node.outputs == alone.outputs, isSeparable(node, dependent) else { return false }
      dependent.formUnion(node.outputs)
    }
    return dependent.allSatisfy { value in
      guard let shape = shapes[value], let alone = single.shapes[value] else { return false }
      return shape.rank > 0 && shape[0] == batch && alone.rank == shape.rank && alone[0] == 1
        && shape.dimensions.dropFirst().elementsEqual(alone.dimensions.dropFirst())
    }
  }

  private func isSeparable(_ node: Node, _ dependent: Set<ValueID>) -> Bool {
    guard let input = node.inputs.first ?? nil else { return false }
    let rank = shapes[input]?.rank ?? 0
    switch node.operation {
    case .convolution, .transposedConvolution, .batchNormalization, .instanceNormalization, .groupNormalization:
      return node.inputs.dropFirst().allSatisfy { $0.map { !dependent.contains($0) } ?? true }
    case .maxPool, .averagePool, .pointwise, .pixelNormalization, .localResponseNormalization, .depthToSpace,
      .spaceToDepth, .identity, .dropout, .cast, .flatten, .reshape, .squeeze, .unsqueeze:
      // Row-major order keeps a picture's elements together as long as the batch stays the first axis.
      return true
    case .layerNormalization(let axis, _): return axis > 0 || (axis < 0 && axis > -rank)
    case .softmax(let softmax): return softmax.axis > 0 || (softmax.axis < 0 && softmax.axis > -rank)
    case .concatenate(let axis):
      return (axis > 0 || (axis < 0 && axis > -rank)) && node.inputs.allSatisfy { $0.map(dependent.contains) ?? true }
    case .elementwise, .select, .parametricReLU: return operandsAlign(node, dependent)
    case .generalMatrixMultiply(let product):
      let constants = node.inputs.dropFirst().compactMap { $0 }
      return !product.transposesA && dependent.contains(input) && !constants.contains(where: dependent.contains)
        && constants.dropFirst().allSatisfy { leadsWithOne($0, rank: 2) }
    case .matrixMultiply:
      guard node.inputs.count == 2, let other = node.inputs[1] else { return false }
      return dependent.contains(input) && !dependent.contains(other) && shapes[other]?.rank == 2 && rank >= 2
    case .reduce(let reduction):
      switch reduction.axes {
      case .spatial: return rank >= 3
      case .listed(let axes): return !axes.isEmpty && axes.allSatisfy { $0 > 0 || ($0 < 0 && $0 > -rank) }
      default: return false
      }
    case .resize(let resize):
      // The first axis keeps its extent, which the comparison of shapes establishes; regions could still shift it.
      return resize.region == nil
    default: return false
    }
  }

  /// Whether all operands that depend on the pictures have the result's rank, and the others do not vary along the
  /// batch.
  private func operandsAlign(_ node: Node, _ dependent: Set<ValueID>) -> Bool {
    guard let rank = node.outputs.first.flatMap({ shapes[$0]?.rank }) else { return false }
    return node.inputs.compactMap { $0 }.allSatisfy { value in
      dependent.contains(value) ? shapes[value]?.rank == rank : leadsWithOne(value, rank: rank)
    }
  }

  private func leadsWithOne(_ value: ValueID, rank: Int) -> Bool {
    guard let shape = shapes[value] ?? constants[value]?.shape else { return false }
    return shape.rank < rank || shape[0] == 1
  }
}
