import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let normalizations: [String: OperatorTranslator] = [
    "BatchNormalization": { node in
      try node.requireInputs(5...5)
      let trains = try node.attributes.flag("training_mode") ?? false
      // Up to operator set 13, further outputs are what tells training from inference.
      guard !trains, node.operatorSet >= 14 || node.node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
        throw node.unsupported("statistics of the batch (training mode)")
      }
      guard try node.attributes.flag("spatial") ?? true else { throw node.unsupported("statistics for each pixel") }
      try node.emit(.batchNormalization(epsilon: node.epsilon()))
    },
    "InstanceNormalization": { node in
      try node.requireInputs(3...3)
      try node.emit(.instanceNormalization(epsilon: node.epsilon()))
    },
    "LayerNormalization": { node in
      try node.requireInputs(2...3)
      try node.emitLayerNormalization()
    },
    "GroupNormalization": { node in
      try node.requireInputs(3...3)
      let groups = try node.attributes.int("num_groups", in: NodeTranslation.extents)
      try node.emit(
        .groupNormalization(groups: node.attributes.required("num_groups", groups), epsilon: node.epsilon()))
    },
    "LRN": { node in
      try node.requireInputs(1...1)
      let size = try node.attributes.int("size", in: NodeTranslation.extents)
      try node.emit(
        .localResponseNormalization(
          LocalResponseNormalization(
            size: node.attributes.required("size", size), alpha: node.attributes.float("alpha") ?? 1e-4,
            beta: node.attributes.float("beta") ?? 0.75, bias: node.attributes.float("bias") ?? 1)))
    },
  ]
}

extension NodeTranslation {
  fileprivate func epsilon() throws -> Float {
    try attributes.float("epsilon") ?? 1e-5
  }

  /// The statistics, which are optional outputs, are worked out beside the operation where something reads them.
  fileprivate func emitLayerNormalization() throws {
    let axis = try attributes.axis() ?? -1
    let epsilon = try epsilon()
    try emit(.layerNormalization(axis: axis, epsilon: epsilon), reading: inputs, outputs: 0..<1)
    guard isOutputRead(1) || isOutputRead(2) else { return }
    guard axis < 0 || axisCount(ofInput: 0) != nil else { throw unsupported("statistics over an open number of axes") }
    let rank = axisCount(ofInput: 0) ?? 0
    let axes = Array((axis < 0 ? axis : axis - rank)..<0)
    let mean = Operation.reduce(Reduction(.mean, axes: .listed(axes)))
    if isOutputRead(1) { try emit(mean, reading: [input(0)], outputs: 1..<2) }
    guard isOutputRead(2) else { return }
    let centred = intermediate("centred", .elementwise(.subtract), input(0), intermediate("mean", mean, input(0)))
    let variance = intermediate("variance", mean, intermediate("square", .elementwise(.multiply), centred, centred))
    let offset = addConstant("epsilon", .float(Tensor([], repeating: epsilon)))
    let deviation = intermediate(
      "deviation", .pointwise(.sqrt), intermediate("regularized", .elementwise(.add), variance, offset))
    try emit(.pointwise(.reciprocal), reading: [deviation], outputs: 2..<3)
  }
}
