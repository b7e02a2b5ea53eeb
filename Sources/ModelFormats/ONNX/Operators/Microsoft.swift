import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators of ONNX Runtime's own domain, as its optimizer and quantiser write them.
  static let microsoft = Dictionary(
    uniqueKeysWithValues: (Array(runtimeOperators) + sharedOperators).map { ("com.microsoft." + $0.key, $0.value) })

  private static let runtimeOperators: [String: OperatorTranslator] = [
    "Gelu": composed(1...1) { c in try c.input(0).function(.gelu(approximate: false)) },
    "BiasGelu": composed(2...2) { c in try (c.input(0) + c.input(1)).function(.gelu(approximate: false)) },
    "FastGelu": composed(1...2) { c in
      let x = try c.input(0)
      return (c.optional(1).map { x + $0 } ?? x).function(.gelu(approximate: true))
    },
    "QuickGelu": composed(1...1) { c in
      let x = try c.input(0)
      return x * (x * Double(try c.node.attributes.float("alpha") ?? 1.702)).function(.sigmoid)
    },
    "FusedMatMul": composed(2...2) { c in
      let (a, b) = (try c.factor(0, "transA"), try c.factor(1, "transB"))
      let alpha = Double(try c.node.attributes.float("alpha") ?? 1)
      let product = a.product(with: b)
      return alpha == 1 ? product : product * alpha
    },
    "FusedGemm": composed(2...3) { c in
      let operation = Operation.generalMatrixMultiply(try c.node.generalMatrixMultiply())
      return try c.activated(c.apply(operation, c.input(0), c.input(1), c.optional(2)))
    },
    "FusedConv": composed(2...4) { c in
      let sum = try c.convolution(c.input(0), c.input(1), c.optional(2))
      return try c.activated(c.optional(3).map { sum + $0 } ?? sum)
    },
    "LayerNormalization": { node in
      try node.requireInputs(2...3)
      try node.emitLayerNormalization()
    },
    "SimplifiedLayerNormalization": composed(2...2) { c in try c.rootMeanSquareNormalized(c.input(0), c.input(1)) },
    "SkipLayerNormalization": composed(3...5) { c in
      let sum = try c.skipSum(bias: 4)
      let axis = Operation.layerNormalization(axis: -1, epsilon: try c.node.attributes.float("epsilon") ?? 1e-12)
      return [c.apply(axis, sum, try c.input(2), c.optional(3)), nil, nil, c.node.isOutputRead(3) ? sum : nil]
    },
    "SkipSimplifiedLayerNormalization": composed(3...4) { c in
      let sum = try c.skipSum(bias: 3)
      return [
        try c.rootMeanSquareNormalized(sum, c.input(2), epsilon: 1e-12), nil, nil, c.node.isOutputRead(3) ? sum : nil,
      ]
    },
    "BiasSoftmax": composed(2...2) { c in
      let axis = try c.node.attributes.axis() ?? 1
      return try (c.input(0) + c.input(1)).applying(.softmax(Softmax(axis: axis, flattensBehindAxis: true)))
    },
    "BiasAdd": composed(3...3) { c in try c.input(0) + c.input(1) + c.input(2) },
    "MultiHeadAttention": composed(1...10) { c in try c.multiHeadAttention() },
    "MatMulIntegerToFloat": composed(4...7) { c in
      let a = c.shifted(try c.input(0), by: c.optional(4)) * (try c.input(2))
      let b = c.shifted(try c.input(1), by: c.optional(5)) * (try c.input(3))
      let product = a.product(with: b)
      return c.optional(6).map { product + $0 } ?? product
    },
    "DynamicQuantizeMatMul": composed(3...5) { c in
      let rounded = c.apply(.dynamicQuantize, [try c.input(0)], outputs: 3)
      let a = c.dequantized(rounded[0], scale: rounded[1], zero: rounded[2])
      let b = c.dequantized(try c.input(1), scale: try c.input(2), zero: c.optional(3))
      let product = a.product(with: b)
      return c.optional(4).map { product + $0 } ?? product
    },
    "QGemm": composed(6...9) { c in try c.quantizedProduct() },
    "QLinearAdd": quantizedPair { $0 + $1 },
    "QLinearMul": quantizedPair { $0 * $1 },
    "QLinearSigmoid": quantizedOne { c, x in x.function(.sigmoid) },
    "QLinearLeakyRelu": quantizedOne { c, x in
      x.function(.leakyReLU(slope: try c.node.attributes.float("alpha") ?? 0.01))
    },
    "QLinearSoftmax": quantizedOne { c, x in
      x.applying(.softmax(Softmax(axis: try c.node.attributes.axis() ?? -1)))
    },
    "QLinearGlobalAveragePool": quantizedOne { c, x in
      let isLast = try c.node.attributes.flag("channels_last") ?? false
      return isLast ? x.reduced(.mean, [1, 2]) : x.reducedSpatially(.mean)
    },
    "QLinearAveragePool": quantizedOne { c, x in
      guard try !(c.node.attributes.flag("channels_last") ?? false) else {
        throw c.node.unsupported("channels in the last axis")
      }
      let counts = try c.node.attributes.flag("count_include_pad") ?? false
      return x.applying(.averagePool(AveragePool(try c.node.window(weight: nil), countsPadding: counts)))
    },
    "QLinearReduceMean": quantizedOne { c, x in
      let keeps = try c.node.attributes.flag("keepdims") ?? true
      return x.reduced(.mean, try c.node.attributes.required("axes", c.node.attributes.axes()), keeps: keeps)
    },
    "QLinearConcat": composed(5...(1 << 16)) { c in
      let axis = try c.node.attributes.required("axis", c.node.attributes.axis())
      guard c.node.inputs.count % 3 == 2 else { throw c.node.malformed("it has \(c.node.inputs.count) inputs") }
      let parts = try stride(from: 2, to: c.node.inputs.count, by: 3).map { index in
        c.dequantized(try c.input(index), scale: try c.input(index + 1), zero: c.optional(index + 2))
      }
      return c.quantized(
        c.concatenated(parts, axis: axis), scale: try c.input(0), zero: c.optional(1), c.outputType(1))
    },
  ]

  /// Operators that mean what the standard domain's do.
  private static let sharedOperators = [quantization, sampling, indexing].flatMap { family in
    family.filter {
      ["QLinearConv", "QuantizeLinear", "DequantizeLinear", "GridSample", "Trilu"].contains($0.key)
    }
  }

  /// Names that ONNX Runtime writes into the standard domain.
  static let runtimeNames = runtimeOperators.filter { $0.key == "SimplifiedLayerNormalization" }

  /// Two operands with scale and zero point each, then those of the result.
  private static func quantizedPair(_ combine: @escaping @Sendable (Term, Term) -> Term) -> OperatorTranslator {
    composed(7...8) { c in
      let a = c.dequantized(try c.input(0), scale: try c.input(1), zero: c.optional(2))
      let b = c.dequantized(try c.input(3), scale: try c.input(4), zero: c.optional(5))
      return c.quantized(combine(a, b), scale: try c.input(6), zero: c.optional(7), c.outputType(2))
    }
  }

  /// One operand with scale and zero point, then those of the result.
  private static func quantizedOne(
    _ function: @escaping @Sendable (Composer, Term) throws -> Term
  ) -> OperatorTranslator {
    composed(4...5) { c in
      let x = c.dequantized(try c.input(0), scale: try c.input(1), zero: c.optional(2))
      return c.quantized(try function(c, x), scale: try c.input(3), zero: c.optional(4), c.outputType(2))
    }
  }
}

extension Composer {
  /// A factor with its last two axes swapped where the attribute says so.
  fileprivate func factor(_ index: Int, _ attribute: String) throws -> Term {
    let x = try input(index)
    for name in ["transBatchA", "transBatchB"] where try node.attributes.flag(name) ?? false {
      throw node.unsupported("attribute '\(name)'")
    }
    guard try node.attributes.flag(attribute) ?? false else { return x }
    if let rank = node.axisCount(ofInput: index), rank >= 2 {
      return x.transposed(Array(0..<(rank - 2)) + [rank - 1, rank - 2])
    }
    // The axes in front may be any: they become one for as long as it takes.
    let front = x.shape(from: 0, to: -2)
    return x.reshaped(.fixed(-1), .computed(x.shape(from: -2))).transposed([0, 2, 1])
      .reshaped(.computed(front), .computed(x.extent(-1)), .computed(x.extent(-2)))
  }

  fileprivate func skipSum(bias: Int) throws -> Term {
    let sum = try input(0) + input(1)
    return optional(bias).map { sum + $0 } ?? sum
  }

  /// The activation that a fused operator names.
  fileprivate func activated(_ x: Term) throws -> Term {
    let parameters = try node.attributes.floats("activation_params") ?? []
    func parameter(_ index: Int, _ name: String, _ absent: Float) throws -> Float {
      try node.attributes.float(name) ?? (index < parameters.count ? parameters[index] : absent)
    }
    switch try node.attributes.string("activation") ?? "" {
    case "": return x
    case "Relu": return x.function(.relu)
    case "Sigmoid": return x.function(.sigmoid)
    case "Tanh": return x.function(.tanh)
    case "LeakyRelu": return x.function(.leakyReLU(slope: try parameter(0, "activation_alpha", 0.01)))
    case "HardSigmoid":
      return x.function(
        .hardSigmoid(alpha: try parameter(0, "activation_alpha", 0.2), beta: try parameter(1, "activation_beta", 0.5)))
    case "Clip":
      return x.function(
        .clip(
          minimum: try parameter(0, "activation_alpha", -.infinity),
          maximum: try parameter(1, "activation_beta", .infinity)))
    case let other: throw node.unsupported("the activation '\(other)'")
    }
  }

  /// x/√(mean x² + ε)·γ over the last axis.
  func rootMeanSquareNormalized(_ x: Term, _ scale: Term, epsilon: Float = 1e-5) throws -> Term {
    let regularization = Double(try node.attributes.float("epsilon") ?? epsilon)
    let mean = (x * x).reduced(.mean, [-1])
    return x / (mean + regularization).function(.sqrt) * scale
  }

  /// α·(a − zₐ)·(b − z_b) in real numbers, plus a bias in units of the product of both scales.
  fileprivate func quantizedProduct() throws -> Term {
    let (scaleA, scaleB) = (try input(1), try input(4))
    let a = dequantized(try input(0), scale: scaleA, zero: optional(2))
    var attributes = try node.generalMatrixMultiply()
    attributes.beta = 1
    // Filters lie in rows where B is transposed: a scale and a zero point each lie along these.
    let codes = try input(3)
    func filters(_ parameter: Term) -> Term {
      attributes.transposesB ? apply(.align(axis: 0), parameter, codes) : parameter
    }
    let b = dequantized(codes, scale: filters(scaleB), zero: optional(5).map(filters))
    let bias = optional(6).map { $0.floats * (scaleA * scaleB) * Double(attributes.alpha) }
    let sum = apply(.generalMatrixMultiply(attributes), a, b, bias)
    guard node.hasInput(7) else { return sum }
    return quantized(sum, scale: try input(7), zero: optional(8), outputType(2))
  }

  /// Query, key and value as N×L×hidden; a bias in front, a mask that is added behind.
  fileprivate func multiHeadAttention() throws -> Term {
    let heads = try node.attributes.required("num_heads", node.attributes.int("num_heads", in: 1...65536))
    for index in [4, 6, 7, 8, 9] where node.hasInput(index) {
      throw node.unsupported("its input \(index)", advice: "Export the model without ONNX Runtime's attention.")
    }
    guard try !(node.attributes.flag("unidirectional") ?? false) else { throw node.unsupported("a causal mask") }
    let hidden = optional(3)?.extent(0).divided(by: 3)
    func part(_ index: Int) throws -> Term {
      guard node.axisCount(ofInput: index) ?? 3 == 3 else { throw node.unsupported("packed queries and keys") }
      var x = try input(index)
      if let bias = optional(3), let hidden {
        let start = hidden * index
        x = x + bias.sliced(.computed(start), .computed(start + hidden), axis: 0)
      }
      return x.reshaped(0, 0, .fixed(heads), -1).transposed([0, 2, 1, 3])
    }
    let (query, key, value) = (try part(0), try part(1), try part(2))
    let scale =
      try node.attributes.float("scale").flatMap { $0 == 0 ? nil : float(Double($0)) }
      ?? query.extent(-1).cast(to: .float32).function(.sqrt).function(.reciprocal)
    var scores = (query * scale).product(with: key.transposed([0, 1, 3, 2]))
    if let bias = optional(5) { scores = scores + bias }
    return scores.applying(.softmax(Softmax(axis: -1))).product(with: value).transposed([0, 2, 1, 3]).reshaped(0, 0, -1)
  }
}
