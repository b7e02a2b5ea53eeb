import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators that change no number at inference.
  static let inferenceIdentities: [String: OperatorTranslator] = [
    "Identity": { node in
      try node.requireInputs(1...1)
      // Exporters write one for every place that shares a weight: no layer, only another name.
      if let constant = node.constant(0) { return try node.emit(constant: constant) }
      if let list = node.sequence(0) { return try node.emit(sequence: list) }
      try node.emit(.identity)
    },
    "CastLike": { node in
      try node.requireInputs(2...2)
      guard let type = node.type(ofInput: 1) else {
        throw node.unsupported("an open target type", advice: "Export the model with the optimizer switched on.")
      }
      try node.emitCast(to: type)
    },
    "Dropout": { node in
      try node.requireInputs(1...3)
      if node.hasInput(2) {
        guard let trains = node.constant(2)?.integers?.elements, !trains.contains(where: { $0 != 0 }) else {
          throw node.unsupported("training mode switched on or left open")
        }
      }
      try node.emit(.dropout, reading: [node.input(0)], outputs: 0..<1)
      guard node.isOutputRead(1) else { return }
      // Nothing is dropped at inference.
      let composer = Composer(node)
      let extents = try composer.input(0).shape()
      try composer.give(composer.apply(.constantOfShape(value: 1, type: .boolean), extents), as: 1)
    },
    "Cast": { node in
      try node.requireInputs(1...1)
      let code = try node.attributes.required("to", node.attributes.int("to"))
      guard let type = TensorMessage.elementType(code: code) else {
        throw node.unsupported("the target type \(TensorMessage.typeName(code: code))")
      }
      try node.emitCast(to: type)
    },
  ]
}

extension NodeTranslation {
  /// The first input as numbers of a type, saturating unless the node says otherwise.
  fileprivate func emitCast(to type: ElementType) throws {
    guard try attributes.flag("saturate") ?? true || type.byteCount > 1 else { return try emitUnsaturated(type) }
    try emit(.cast(type), reading: [input(0)])
  }

  /// To a type of eight bits; what lies beyond its largest number becomes what the type has for that.
  fileprivate func emitUnsaturated(_ type: ElementType) throws {
    let composer = Composer(self)
    let x = try composer.input(0)
    let rounded = x.cast(to: type)
    // Halfway to the next number that the type would have, where it had one more.
    let limit = type.largestFinite * (1 + (type == .float8e5m2 || type == .float8e5m2fnuz ? 1.0 / 14 : 1.0 / 30))
    let beyond = x * (type == .float8e5m2 ? Double.infinity : Double.nan)
    let isInside = x.function(.absolute).combined(.lessOrEqual, composer.float(limit))
    try composer.give(composer.select(isInside, rounded, beyond))
  }
}
