import GinghamNetworks

extension OperatorTable {
  /// Operators that see the same elements under another shape.
  static let reshapes: [String: OperatorTranslator] = [
    "Reshape": { node in
      try node.requireInputs(2...2)
      try node.emit(.reshape(Reshape(allowsZero: node.attributes.flag("allowzero") ?? false)))
    },
    "Flatten": { node in
      try node.requireInputs(1...1)
      try node.emit(.flatten(axis: node.attributes.axis() ?? 1))
    },
    "Squeeze": { node in
      try node.requireInputs(1...(node.operatorSet < 13 ? 1 : 2))
      try node.emit(.squeeze(axes: node.attributes.axes()))
    },
    "Unsqueeze": { node in
      if node.operatorSet >= 13 {
        try node.requireInputs(2...2)
        return try node.emit(.unsqueeze(axes: nil))
      }
      try node.requireInputs(1...1)
      try node.emit(.unsqueeze(axes: node.attributes.required("axes", node.attributes.axes())))
    },
  ]
}
