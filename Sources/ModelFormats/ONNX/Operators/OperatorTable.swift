/// Turns a node of one ONNX operator into operations of the network.
typealias OperatorTranslator = @Sendable (NodeTranslation) throws -> Void

/// Every operator that can be read, by name; outside the standard domain, with its domain in front. Each family has a
/// file of its own.
enum OperatorTable {
  static let translators: [String: OperatorTranslator] = [
    convolutions, pools, activations, functions, arithmetic, comparisons, normalizations, reductions, matrixProducts,
    rearrangements, reshapes, resizes, inferenceIdentities, constants, shapesAsData, indexing, sampling, attentions,
    sums, signals, losses, quantization, randomness, controlFlow, sequences, recurrent, microsoft, runtimeNames,
  ].reduce(into: [:]) { table, family in
    table.merge(family) { _, later in later }
  }

  /// The first operator set whose definitions are known: before it, operators took their shapes as attributes and
  /// their types as strings.
  static let firstOperatorSet = 6

  /// Operators that mean the same in the operator sets before ``firstOperatorSet``.
  static let unchangedSinceTheFirst: Set<String> = [
    "Constant", "DepthToSpace", "Flatten", "Gather", "GlobalAveragePool", "GlobalMaxPool", "Identity", "LRN", "Not",
    "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "ReduceSumSquare", "Shape", "Size", "Slice", "Softmax", "LogSoftmax", "Softplus", "Softsign",
    "SpaceToDepth", "Squeeze", "Transpose", "Unsqueeze",
  ]
}
