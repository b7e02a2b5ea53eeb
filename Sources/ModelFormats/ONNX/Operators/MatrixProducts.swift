import GinghamNetworks

extension OperatorTable {
  /// Dense algebra, and the softmax behind it.
  static let matrixProducts: [String: OperatorTranslator] = [
    "MatMul": { node in
      try node.requireInputs(2...2)
      try node.emit(.matrixMultiply)
    },
    "Gemm": { node in
      try node.requireInputs(2...3)
      try node.emit(
        .generalMatrixMultiply(
          GeneralMatrixMultiply(
            alpha: node.attributes.float("alpha") ?? 1, beta: node.attributes.float("beta") ?? 1,
            transposesA: node.attributes.flag("transA") ?? false,
            transposesB: node.attributes.flag("transB") ?? false)))
    },
    "Softmax": softmax(isLogarithmic: false),
    "LogSoftmax": softmax(isLogarithmic: true),
  ]

  private static func softmax(isLogarithmic: Bool) -> OperatorTranslator {
    { node in
      try node.requireInputs(1...1)
      let flattens = node.operatorSet < 13
      let axis = try node.attributes.axis() ?? (flattens ? 1 : -1)
      try node.emit(.softmax(Softmax(axis: axis, isLogarithmic: isLogarithmic, flattensBehindAxis: flattens)))
    }
  }
}
