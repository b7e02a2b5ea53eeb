import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

extension BoundNetwork {
  /// Computes what depends on no input, once and in double precision: weights that a file stores in another form than
  /// layers take them in (quantised, standardised, shared by arithmetic).
  ///
  /// - Throws: what ``makeKernel(_:in:rules:as:)`` throws.
  package func foldingConstants() throws -> BoundNetwork {
    var result = self
    result.nodes = []
    for node in nodes {
      let inputs = node.inputs.compactMap { $0 }
      guard !inputs.isEmpty, inputs.allSatisfy({ result.constants[$0] != nil }) else {
        result.nodes.append(node)
        continue
      }
      let kernel = try makeKernel(node, in: result, rules: BackwardRules(), as: Double.self)
      let operands = node.inputs.map { input in
        let values = input.flatMap { result.constants[$0] }.map { $0.floats.scalars.map(Double.init) } ?? []
        let scratch = Scratch(values.count, filledWith: 0.0)
        _ = scratch.buffer.update(fromContentsOf: values)
        return scratch
      }
      let outputs = node.outputs.map { Scratch(result.shapes[$0]?.elementCount ?? 0, filledWith: 0.0) }
      withExtendedLifetime((operands, outputs)) {
        kernel.forward(inputs: operands.map(\.reading), outputs: outputs.map(\.buffer))
        for (output, values) in zip(node.outputs, outputs) {
          result.constants[output] = .float(Tensor(result.shapes[output] ?? [], values.buffer.map { Float($0) }))
        }
      }
    }
    return result
  }
}
