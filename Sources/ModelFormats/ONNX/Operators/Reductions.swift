import GinghamNetworks

extension OperatorTable {
  static let reductions: [String: OperatorTranslator] = [
    "ReduceMean": reduction(.mean),
    "ReduceSum": reduction(.sum, axesAreInputFrom: 13),
    "ReduceSumSquare": reduction(.sumOfSquares),
    "ReduceProd": reduction(.product),
    "ReduceMax": reduction(.maximum),
    "ReduceMin": reduction(.minimum),
    "ReduceL1": reduction(.l1),
    "ReduceL2": reduction(.l2),
    "ReduceLogSum": reduction(.logSum),
    "ReduceLogSumExp": reduction(.logSumExp),
  ]

  private static func reduction(_ kind: Reduction.Kind, axesAreInputFrom version: Int = 18) -> OperatorTranslator {
    { node in
      let keepsDimensions = try node.attributes.flag("keepdims") ?? true
      let axes: Reduction.Axes
      if node.operatorSet >= version {
        try node.requireInputs(1...2)
        axes = .fromInput(emptyMeansNone: try node.attributes.flag("noop_with_empty_axes") ?? false)
      } else {
        try node.requireInputs(1...1)
        let listed = try node.attributes.axes() ?? []
        axes = listed.isEmpty ? .all : .listed(listed)
      }
      try node.emit(.reduce(Reduction(kind, axes: axes, keepsDimensions: keepsDimensions)))
    }
  }
}
