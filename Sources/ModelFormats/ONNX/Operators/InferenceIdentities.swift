import GinghamNetworks

extension OperatorTable {
  /// Operators that change no number at inference.
  static let inferenceIdentities: [String: OperatorTranslator] = [
    "Identity": { node in
      try node.requireInputs(1...1)
      // Exporters write one for every place that shares a weight: no layer, only another name.
      if let constant = node.constant(0) { return try node.emit(constant: constant) }
      try node.emit(.identity)
    },
    "Dropout": { node in
      try node.requireInputs(1...3)
      if node.hasInput(2) {
        guard let trains = node.constant(2)?.integers?.elements, !trains.contains(where: { $0 != 0 }) else {
          throw node.unsupported("training mode switched on or left open")
        }
      }
      try node.emit(.dropout, reading: [node.input(0)])
    },
    "Cast": { node in
      try node.requireInputs(1...1)
      let code = try node.attributes.required("to", node.attributes.int("to"))
      guard let type = TensorMessage.elementType(code: code) else {
        throw node.unsupported("the target type \(TensorMessage.typeName(code: code))")
      }
      try node.emit(.cast(type))
    },
  ]
}
