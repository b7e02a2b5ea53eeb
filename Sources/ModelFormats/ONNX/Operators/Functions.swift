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
  ]
}
