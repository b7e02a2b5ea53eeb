import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Every operator against PyTorch: outputs and the gradient at every input, in both precisions.
@Suite struct GoldenGradientTests {
  @Test(arguments: [
    "convolution", "transposed-convolution", "pool", "pointwise", "elementwise", "normalization", "reduction",
    "product", "movement", "resize",
  ])
  func outputsAndGradientsEqualPyTorch(family: String) throws {
    let cases = try GoldenCase.all(in: family)
    #expect(!cases.isEmpty)
    for golden in cases {
      try compare(golden, as: Double.self, tolerance: 1e-10)
      try compare(golden, as: Float.self, tolerance: 2e-4)
    }
  }

  private func compare<Scalar: ReferenceScalar>(
    _ golden: GoldenCase, as scalar: Scalar.Type, tolerance: Double
  ) throws {
    var constants: [Constant] = []
    if let indices = golden.attributes.indices, let shape = golden.attributes.indexShape {
      constants = [.integer(IntegerArray(Shape(shape), indices))]
    }
    let wanted = golden.gradients.indices.filter { golden.gradients[$0] != nil }
    let node = try SingleNode<Scalar>(
      golden.makeOperation(), golden.inputs.map { $0.map { Shape($0.shape) } }, constants: constants,
      outputs: golden.outputs.count, wanted: wanted)
    let outputs = try node.value(golden.inputs.compactMap { $0?.scalars.map { Scalar($0) } })
    #expect(node.plan.targetShapes == golden.outputs.map { Shape($0.shape) }, "\(golden.testDescription)")
    for (output, expected) in zip(outputs, golden.outputs) {
      let error = discrepancy(output, expected.scalars)
      #expect(error < tolerance, "\(golden.testDescription) in \(Scalar.self): output off by \(error)")
    }
    let gradients = try node.plan.gradients(for: golden.cotangents.map { $0.map { Scalar($0) } })
    #expect(gradients.count == wanted.count)
    for (index, gradient) in zip(wanted, gradients) {
      let error = discrepancy(gradient, golden.gradients[index] ?? [])
      #expect(
        error < tolerance, "\(golden.testDescription) in \(Scalar.self): gradient at input \(index) off by \(error)")
    }
  }
}
