import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Functions of one element that are not activations.
  static let functions: [String: OperatorTranslator] = [
    "Abs": pointwise(.absolute),
    "Neg": pointwise(.negate),
    "Sign": pointwise(.sign),
    "Reciprocal": pointwise(.reciprocal),
    "Sqrt": pointwise(.sqrt),
    "Exp": pointwise(.exp),
    "Log": pointwise(.log),
    "Erf": pointwise(.erf),
    "Ceil": pointwise(.ceil),
    "Floor": pointwise(.floor),
    "Round": pointwise(.round),
    "Not": pointwise(.not),
    "Sin": pointwise(.sin),
    "Cos": pointwise(.cos),
    "Tan": pointwise(.tan),
    "Asin": pointwise(.asin),
    "Acos": pointwise(.acos),
    "Atan": pointwise(.atan),
    "Sinh": pointwise(.sinh),
    "Cosh": pointwise(.cosh),
    "Asinh": pointwise(.asinh),
    "Acosh": pointwise(.acosh),
    "Atanh": pointwise(.atanh),
    "IsNaN": pointwise(.isNaN),
    "IsInf": pointwise {
      .isInfinite(
        positive: try $0.flag("detect_positive") ?? true, negative: try $0.flag("detect_negative") ?? true)
    },
    "BitwiseNot": composed(1...1) { c in
      let x = try c.input(0)
      let type = c.node.type(ofInput: 0) ?? .int64
      // All bits of a type without a sign make its largest number, of one with a sign −1.
      let all: Int
      switch type {
      case .uint4: all = 15
      case .uint8: all = 255
      case .uint16: all = 65535
      case .uint32: all = 4_294_967_295
      default: all = -1
      }
      return c.number(Double(all), like: x) - x
    },
  ]
}
