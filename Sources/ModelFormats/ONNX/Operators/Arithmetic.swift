import GinghamNetworks

extension OperatorTable {
  static let arithmetic: [String: OperatorTranslator] = [
    "Add": binary(.add),
    "Sub": binary(.subtract),
    "Mul": binary(.multiply),
    "Div": { node in
      try node.requireInputs(2...2)
      let isWhole = node.type(ofInput: 0).map { !$0.isFloatingPoint } ?? false
      try node.emit(
        .elementwise(isWhole ? .integerDivide : .divide), reading: [node.input(0), node.alignedOperand()])
    },
    "BitwiseAnd": binary(.bitwiseAnd),
    "BitwiseOr": binary(.bitwiseOr),
    "BitwiseXor": binary(.bitwiseXor),
    "BitShift": { node in
      try node.requireInputs(2...2)
      switch try node.attributes.string("direction") {
      case "LEFT": try node.emit(.elementwise(.shiftLeft))
      case "RIGHT": try node.emit(.elementwise(.shiftRight))
      default: throw node.malformed("attribute 'direction' is neither LEFT nor RIGHT")
      }
    },
    "Pow": binary(.power),
    "Sum": variadic(.add),
    "Mean": variadic(.mean),
    "Max": variadic(.maximum),
    "Min": variadic(.minimum),
    "Mod": { node in
      try node.requireInputs(2...2)
      let isRemainder = try node.attributes.flag("fmod") ?? false
      try node.emit(.elementwise(isRemainder ? .truncatedRemainder : .modulo))
    },
  ]

  static let comparisons: [String: OperatorTranslator] = [
    "Equal": binary(.equal),
    "Greater": binary(.greater),
    "GreaterOrEqual": binary(.greaterOrEqual),
    "Less": binary(.less),
    "LessOrEqual": binary(.lessOrEqual),
    "And": binary(.and),
    "Or": binary(.or),
    "Xor": binary(.xor),
    "Where": { node in
      try node.requireInputs(3...3)
      try node.emit(.select)
    },
  ]

  private static func binary(_ kind: Elementwise) -> OperatorTranslator {
    { node in
      try node.requireInputs(2...2)
      try node.emit(.elementwise(kind), reading: [node.input(0), node.alignedOperand()])
    }
  }

  private static func variadic(_ kind: Elementwise) -> OperatorTranslator {
    { node in
      guard !node.inputs.isEmpty, !node.inputs.contains(nil) else { throw node.malformed("an operand is missing") }
      try node.emit(.elementwise(kind))
    }
  }
}

extension NodeTranslation {
  /// Up to operator set 6 the second operand may be aligned with any axis of the first; later only with the last.
  fileprivate func alignedOperand() throws -> ValueID? {
    guard operatorSet < 7, let axis = try attributes.axis() else { return input(1) }
    guard let rank = axisCount(ofInput: 0), let operandRank = axisCount(ofInput: 1) else {
      throw unsupported(
        "an operand aligned with axis \(axis)", advice: "Convert the model to a newer operator set.")
    }
    let first = axis < 0 ? axis + rank : axis
    let missing = rank - first - operandRank
    guard first >= 0, missing >= 0 else { throw malformed("an operand of \(operandRank) axes from axis \(axis)") }
    guard missing > 0 else { return input(1) }
    return intermediate("operand", .unsqueeze(axes: Array(operandRank..<(operandRank + missing))), input(1))
  }
}
