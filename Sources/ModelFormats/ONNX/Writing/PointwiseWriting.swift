import GinghamNetworks
import GinghamTensors

extension NodeWriting {
  func write(_ function: Pointwise) throws {
    switch function {
    case .not: emit("Not", [truth(0)])
    case .silu: emit("Mul", [input(0), intermediate("sigmoid", "Sigmoid", [input(0)])])
    case .clip(let minimum, let maximum):
      // Bounds that are infinite are absent ones.
      var inputs = [input(0), "", ""]
      if minimum > -.infinity { inputs[1] = constant("minimum", [minimum], shape: []) }
      if maximum < .infinity { inputs[2] = constant("maximum", [maximum], shape: []) }
      while inputs.last == "" { inputs.removeLast() }
      emit("Clip", inputs)
    case .root(let degree): emit("Pow", [input(0), constant("exponent", [1 / degree], shape: [])])
    default:
      let (type, attributes) = function.operatorType
      emit(type, nil, attributes)
    }
  }

  func write(_ kind: Elementwise) throws {
    switch kind {
    case .add: node.inputs.count == 2 ? emit("Add") : emit("Sum")
    case .minimum: emit("Min")
    case .maximum: emit("Max")
    case .mean: emit("Mean")
    default:
      guard node.inputs.count == 2 else { throw unwritable("it has \(node.inputs.count) operands, ONNX allows two") }
      switch kind {
      case .subtract: emit("Sub")
      case .multiply: emit("Mul")
      case .divide, .integerDivide: emit("Div")
      case .power: emit("Pow")
      case .truncatedRemainder: emit("Mod", nil, [("fmod", .int(1))])
      case .modulo where type(ofInput: 0).isFloatingPoint:
        // a − b·⌊a/b⌋: ONNX has the divisor's sign for integers only.
        let quotient = intermediate("quotient", "Div", [input(0), input(1)])
        let whole = intermediate("whole", "Floor", [quotient])
        emit("Sub", [input(0), intermediate("product", "Mul", [whole, input(1)])])
      case .modulo: emit("Mod")
      case .equal: emit("Equal")
      case .greater: emit("Greater")
      case .greaterOrEqual: emit("GreaterOrEqual")
      case .less: emit("Less")
      case .lessOrEqual: emit("LessOrEqual")
      case .and: emit("And", [truth(0), truth(1)])
      case .or: emit("Or", [truth(0), truth(1)])
      case .xor: emit("Xor", [truth(0), truth(1)])
      case .bitwiseAnd: emit("BitwiseAnd")
      case .bitwiseOr: emit("BitwiseOr")
      case .bitwiseXor: emit("BitwiseXor")
      case .shiftLeft: emit("BitShift", nil, [("direction", .string("LEFT"))])
      case .shiftRight: emit("BitShift", nil, [("direction", .string("RIGHT"))])
      case .add, .minimum, .maximum, .mean: throw unwritable("\(kind.rawValue) is written with any number of operands")
      }
    }
  }
}

extension Pointwise {
  /// The operator of one input that is this function.
  fileprivate var operatorType: (String, NodeWriting.Attributes) {
    switch self {
    case .leakyReLU(let slope): ("LeakyRelu", [("alpha", .float(slope))])
    case .hardSigmoid(let alpha, let beta): ("HardSigmoid", [("alpha", .float(alpha)), ("beta", .float(beta))])
    case .gelu(let approximate): ("Gelu", [("approximate", .string(approximate ? "tanh" : "none"))])
    case .elu(let alpha): ("Elu", [("alpha", .float(alpha))])
    case .selu(let alpha, let gamma): ("Selu", [("alpha", .float(alpha)), ("gamma", .float(gamma))])
    case .celu(let alpha): ("Celu", [("alpha", .float(alpha))])
    case .thresholdedReLU(let alpha): ("ThresholdedRelu", [("alpha", .float(alpha))])
    case .shrink(let lambda, let bias): ("Shrink", [("lambd", .float(lambda)), ("bias", .float(bias))])
    case .relu: ("Relu", [])
    case .sigmoid: ("Sigmoid", [])
    case .tanh: ("Tanh", [])
    case .hardSwish: ("HardSwish", [])
    case .erf: ("Erf", [])
    case .softplus: ("Softplus", [])
    case .softsign: ("Softsign", [])
    case .mish: ("Mish", [])
    case .exp: ("Exp", [])
    case .log: ("Log", [])
    case .sqrt: ("Sqrt", [])
    case .reciprocal: ("Reciprocal", [])
    case .absolute: ("Abs", [])
    case .negate: ("Neg", [])
    case .sign: ("Sign", [])
    case .ceil: ("Ceil", [])
    case .floor: ("Floor", [])
    case .round: ("Round", [])
    case .sin: ("Sin", [])
    case .cos: ("Cos", [])
    case .tan: ("Tan", [])
    case .asin: ("Asin", [])
    case .acos: ("Acos", [])
    case .atan: ("Atan", [])
    case .sinh: ("Sinh", [])
    case .cosh: ("Cosh", [])
    case .asinh: ("Asinh", [])
    case .acosh: ("Acosh", [])
    case .atanh: ("Atanh", [])
    case .clip: ("Clip", [])
    case .silu: ("Sigmoid", [])
    case .not: ("Not", [])
    case .isNaN: ("IsNaN", [])
    case .isInfinite(let positive, let negative):
      ("IsInf", [("detect_positive", .int(positive ? 1 : 0)), ("detect_negative", .int(negative ? 1 : 0))])
    case .root: ("Pow", [])
    }
  }
}
