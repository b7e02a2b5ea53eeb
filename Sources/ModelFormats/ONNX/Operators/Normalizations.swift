import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let normalizations: [String: OperatorTranslator] = [
    "BatchNormalization": { node in
      try node.requireInputs(5...5)
      // Up to operator set 13, further outputs are what tells training from inference.
      let trains =
        try node.operatorSet >= 14
        ? node.attributes.flag("training_mode") ?? false : !node.node.outputs.dropFirst().allSatisfy(\.isEmpty)
      if trains { return try node.emitBatchStatistics() }
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
    "RMSNormalization": composed(2...2) { c in
      let (x, scale) = (try c.input(0), try c.input(1))
      let axis = try c.node.attributes.axis() ?? -1
      guard axis != -1 else { return try c.rootMeanSquareNormalized(x, scale) }
      // The axes from this one on are seen as one.
      let rows = axis < 0 ? x.reshaped(.computed(x.shape(from: 0, to: axis)), -1) : x.applying(.flatten(axis: axis))
      return try c.rootMeanSquareNormalized(rows, c.float(1)).reshaped(like: x) * scale
    },
    "LpNormalization": composed(1...1) { c in
      let x = try c.input(0)
      let axis = try c.node.attributes.axis() ?? -1
      let power = try c.node.attributes.int("p") ?? 2
      guard power == 1 || power == 2 else { throw c.node.malformed("attribute 'p' is \(power)") }
      let norm = x.reduced(power == 1 ? .l1 : .l2, [axis])
      // Zeros stay zeros.
      return x / c.select(norm.combined(.equal, c.float(0)), c.float(1), norm)
    },
    "MeanVarianceNormalization": composed(1...1) { c in
      let x = try c.input(0)
      let axes = try c.node.attributes.axes() ?? [0, 2, 3]
      let centred = x - x.reduced(.mean, axes)
      return centred / ((centred * centred).reduced(.mean, axes).function(.sqrt) + 1e-9)
    },
  ]
}

extension NodeTranslation {
  fileprivate func epsilon() throws -> Float {
    try attributes.float("epsilon") ?? 1e-5
  }

  /// With mean and variance of the batch itself, as weight standardisation is written (Qiao et al. 2019). The outputs
  /// behind the first are running means: (1 − momentum)·new + momentum·old.
  fileprivate func emitBatchStatistics() throws {
    let composer = Composer(self)
    let x = try composer.input(0)
    let momentum = Double(try attributes.float("momentum") ?? 0.9)
    // All axes but that of channels: seen as channels × rest.
    let channels = x.reshaped(.computed(x.shape(from: 0, to: 2)), -1)
    let mean = channels.reduced(.mean, [0, 2])
    let centred = channels - mean
    let variance = (centred * centred).reduced(.mean, [0, 2])
    func column(_ index: Int) throws -> Term { try composer.input(index).unsqueezed([1]) }
    let scale = try column(1) / (variance + Double(epsilon())).function(.sqrt)
    let result = (centred * scale + (try column(2))).reshaped(like: x)
    try composer.give(result)
    for (index, statistic) in [(1, mean), (2, variance)] where isOutputRead(index) {
      guard node.outputs.count <= 3 else { throw unsupported("its output \(index), which something reads,") }
      let running = try composer.input(index + 2)
      try composer.give(running * momentum + statistic.reshaped(-1) * (1 - momentum), as: index)
    }
  }

  /// The statistics, which are optional outputs, are worked out beside the operation where something reads them.
  func emitLayerNormalization() throws {
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
