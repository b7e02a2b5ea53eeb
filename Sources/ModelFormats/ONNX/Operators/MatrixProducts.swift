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
      try node.emit(.generalMatrixMultiply(node.generalMatrixMultiply()))
    },
    "Det": { node in
      try node.requireInputs(1...1)
      try node.emit(.determinant)
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

extension NodeTranslation {
  func generalMatrixMultiply() throws -> GeneralMatrixMultiply {
    GeneralMatrixMultiply(
      alpha: try attributes.float("alpha") ?? 1, beta: try attributes.float("beta") ?? 1,
      transposesA: try attributes.flag("transA") ?? false, transposesB: try attributes.flag("transB") ?? false)
  }
}
