import GinghamNetworks

extension OperatorTable {
  static let pools: [String: OperatorTranslator] = [
    "MaxPool": { node in
      try node.requireInputs(1...1)
      try node.emit(.maxPool(MaxPool(node.window(weight: nil))))
    },
    "AveragePool": { node in
      try node.requireInputs(1...1)
      let countsPadding = try node.attributes.flag("count_include_pad") ?? false
      try node.emit(.averagePool(AveragePool(node.window(weight: nil), countsPadding: countsPadding)))
    },
    "GlobalAveragePool": { node in
      try node.requireInputs(1...1)
      try node.emit(.reduce(Reduction(.mean, axes: .spatial)))
    },
    "GlobalMaxPool": { node in
      try node.requireInputs(1...1)
      try node.emit(.reduce(Reduction(.maximum, axes: .spatial)))
    },
  ]
}
