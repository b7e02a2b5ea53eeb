import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators of quantised networks. Rounding lets the gradient straight through (``Quantization``).
  static let quantization: [String: OperatorTranslator] = [
    "QuantizeLinear": composed(2...3) { c in
      let x = try c.input(0)
      let type = try c.node.type(ofInput: 2) ?? c.node.targetType("output_dtype") ?? .uint8
      return c.quantized(x, scale: try c.alongside(1, x), zero: try c.alongsideIfThere(2, x), type)
    },
    "DequantizeLinear": composed(2...3) { c in
      let x = try c.input(0)
      return c.dequantized(x, scale: try c.alongside(1, x), zero: try c.alongsideIfThere(2, x))
    },
    "DynamicQuantizeLinear": { node in
      try node.requireInputs(1...1)
      try node.emit(.dynamicQuantize, reading: node.inputs, outputs: node.node.outputs.indices)
    },
    "MatMulInteger": composed(2...4) { c in
      let rows = try c.input(0)
      let a = c.shifted(rows, by: c.optional(2).map { c.asColumn($0, rows) })
      return a.product(with: c.shifted(try c.input(1), by: c.optional(3)))
    },
    "ConvInteger": composed(2...4) { c in
      let (x, weight) = (try c.input(0), try c.input(1))
      let zero = c.optional(3).map { c.apply(.align(axis: 0), $0, weight) }
      return try c.convolution(c.shifted(x, by: c.optional(2)), c.shifted(weight, by: zero))
    },
    "QLinearMatMul": composed(8...8) { c in
      let rows = try c.input(0)
      let a = c.dequantized(
        rows, scale: c.asColumn(try c.input(1), rows), zero: c.optional(2).map { c.asColumn($0, rows) })
      let b = c.dequantized(try c.input(3), scale: try c.input(4), zero: c.optional(5))
      return c.quantized(a.product(with: b), scale: try c.input(6), zero: c.optional(7), c.outputType(7))
    },
    "QLinearConv": composed(8...9) { c in try c.quantizedConvolution() },
  ]
}

extension Composer {
  /// The type that a zero point gives its tensor.
  func outputType(_ zeroPoint: Int) -> ElementType { node.type(ofInput: zeroPoint) ?? .uint8 }

  func quantized(_ x: Term, scale: Term, zero: Term?, _ type: ElementType) -> Term {
    apply(.quantize(Quantization(type)), x, scale, zero)
  }

  func dequantized(_ x: Term, scale: Term, zero: Term?) -> Term { shifted(x, by: zero) * scale.floats }

  /// x − zero point, in floats.
  func shifted(_ x: Term, by zero: Term?) -> Term {
    let numbers = x.floats
    return zero.map { numbers - $0.floats } ?? numbers
  }

  /// A scale or zero point of the input `index` as it lies over `x`: one number for all, one along an axis, or one a
  /// block along an axis.
  func alongside(_ index: Int, _ x: Term) throws -> Term {
    let parameter = try input(index)
    let axis = try node.attributes.axis() ?? 1
    let rank = node.axisCount(ofInput: index)
    if let block = try node.attributes.int("block_size", in: 0...(1 << 24)), block > 0 {
      let places = range(x.extent(axis)).divided(by: block)
      return parameter.gathered(places, axis: axis)
    }
    return rank == 0 ? parameter : apply(.align(axis: axis), parameter, x)
  }

  func alongsideIfThere(_ index: Int, _ x: Term) throws -> Term? {
    try node.hasInput(index) ? alongside(index, x) : nil
  }

  /// One number for all, or one a row of the matrices `x`.
  func asColumn(_ parameter: Term, _ x: Term) -> Term { apply(.align(axis: -2), parameter, x) }

  func convolution(_ x: Term, _ weight: Term, _ bias: Term? = nil, weightIndex: Int = 1) throws -> Term {
    let window = try node.window(weight: weightIndex)
    let groups = try node.attributes.int("group", in: NodeTranslation.extents) ?? 1
    return apply(.convolution(Convolution(window, groups: groups)), x, weight, bias)
  }

  /// Inputs: x, its scale and zero point, the weight with scales and zero points a filter, those of the output, and a
  /// bias in units of the product of both scales.
  fileprivate func quantizedConvolution() throws -> Term {
    let (given, weight) = (try input(0), try input(3))
    let isLast = try node.attributes.flag("channels_last") ?? false
    let scale = try input(1)
    let moved = isLast ? given.transposed([0, 3, 1, 2]) : given
    let x = dequantized(moved, scale: scale, zero: optional(2))
    let filterScale = try input(4)
    func aFilter(_ parameter: Term) -> Term { apply(.align(axis: 0), parameter, weight) }
    let filters = dequantized(weight, scale: aFilter(filterScale), zero: optional(5).map(aFilter))
    let bias = optional(8).map { $0.floats * (scale * filterScale) }
    let sum = try convolution(x, filters, bias, weightIndex: 3)
    let result = quantized(sum, scale: try input(6), zero: optional(7), outputType(7))
    return isLast ? result.transposed([0, 2, 3, 1]) : result
  }
}
