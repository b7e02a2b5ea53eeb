import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let activations: [String: OperatorTranslator] = [
    "Relu": pointwise(.relu),
    "Sigmoid": pointwise(.sigmoid),
    "Tanh": pointwise(.tanh),
    "HardSwish": pointwise(.hardSwish),
    "Softplus": pointwise(.softplus),
    "Softsign": pointwise(.softsign),
    "Mish": pointwise(.mish),
    "LeakyRelu": pointwise { .leakyReLU(slope: try $0.float("alpha") ?? 0.01) },
    "HardSigmoid": pointwise { .hardSigmoid(alpha: try $0.float("alpha") ?? 0.2, beta: try $0.float("beta") ?? 0.5) },
    "Elu": pointwise { .elu(alpha: try $0.float("alpha") ?? 1) },
    "Celu": pointwise { .celu(alpha: try $0.float("alpha") ?? 1) },
    "Selu": pointwise {
      .selu(alpha: try $0.float("alpha") ?? 1.673_263_2, gamma: try $0.float("gamma") ?? 1.050_701)
    },
    "ThresholdedRelu": pointwise { .thresholdedReLU(alpha: try $0.float("alpha") ?? 1) },
    "Shrink": pointwise { .shrink(lambda: try $0.float("lambd") ?? 0.5, bias: try $0.float("bias") ?? 0) },
    "Gelu": { node in
      switch try node.attributes.string("approximate") ?? "none" {
      case "none": try node.emit(pointwise: .gelu(approximate: false))
      case "tanh": try node.emit(pointwise: .gelu(approximate: true))
      case let other: throw node.malformed("attribute 'approximate' is '\(other)'")
      }
    },
    "PRelu": { node in
      try node.requireInputs(2...2)
      try node.emit(.parametricReLU, reading: [node.input(0), node.slope()])
    },
    "Clip": { node in try node.emitClip() },
  ]

  /// An operator of one input without attributes.
  static func pointwise(_ function: Pointwise) -> OperatorTranslator {
    { node in try node.emit(pointwise: function) }
  }

  /// An operator of one input whose attributes are part of the function.
  static func pointwise(_ function: @escaping @Sendable (Attributes) throws -> Pointwise) -> OperatorTranslator {
    { node in try node.emit(pointwise: function(node.attributes)) }
  }
}

extension NodeTranslation {
  fileprivate func emit(pointwise function: Pointwise) throws {
    try requireInputs(1...1)
    try emit(.pointwise(function))
  }

  /// Up to operator set 6 a slope is a channel's; later it broadcasts like any operand.
  fileprivate func slope() throws -> ValueID? {
    guard operatorSet < 7 else { return input(1) }
    guard axisCount(ofInput: 1) == 1, let rank = axisCount(ofInput: 0), rank > 2 else { return input(1) }
    if let constant = constant(1), constant.shape.elementCount == 1 { return input(1) }
    return intermediate("slope", .unsqueeze(axes: Array(1...(rank - 2))), input(1))
  }

  /// Bounds are attributes up to operator set 10, then inputs. Those that are known become part of the function;
  /// others, and bounds of integers, are taken as they come.
  fileprivate func emitClip() throws {
    if operatorSet < 11 {
      try requireInputs(1...1)
      return try emit(
        .pointwise(
          .clip(
            minimum: attributes.float("min") ?? -.infinity, maximum: attributes.float("max") ?? .infinity)))
    }
    try requireInputs(1...3)
    if let minimum = try bound(1, absent: -.infinity), let maximum = try bound(2, absent: .infinity) {
      return try emit(.pointwise(.clip(minimum: minimum, maximum: maximum)), reading: [input(0)])
    }
    switch (input(1), input(2)) {
    case (let minimum?, let maximum?):
      let raised = intermediate("minimum", .elementwise(.maximum), input(0), minimum)
      try emit(.elementwise(.minimum), reading: [raised, maximum])
    case (let minimum?, nil): try emit(.elementwise(.maximum), reading: [input(0), minimum])
    case (nil, let maximum?): try emit(.elementwise(.minimum), reading: [input(0), maximum])
    case (nil, nil): try emit(.identity, reading: [input(0)])
    }
  }

  /// A bound that is known and a float; `nil` where it is not.
  private func bound(_ index: Int, absent: Float) throws -> Float? {
    guard hasInput(index) else { return absent }
    guard let constant = constant(index) else { return nil }
    guard constant.shape.elementCount == 1 else { throw malformed("a bound is \(constant.shape), expected a scalar") }
    return constant.tensor?.scalars.first
  }
}
