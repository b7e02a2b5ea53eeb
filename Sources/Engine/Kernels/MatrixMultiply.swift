import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Products of matrices that may both depend on the input, leading axes broadcast.
final class MatrixMultiplyOperator: Operator {
  private let a: ValueID
  private let b: ValueID
  private let output: ValueID
  private let batch: Shape
  private let transposesA: Bool
  private let transposesB: Bool
  private let alpha: Float

  var kernel: String { "sgemm" }

  /// `nil` for vectors, sums, and results without elements.
  init?(_ node: Node, _ plan: PlanBuilder) throws {
    guard let a = node.inputs[0], let b = node.inputs[1] else { return nil }
    switch node.operation {
    case .matrixMultiply: (transposesA, transposesB, alpha) = (false, false, 1)
    case .generalMatrixMultiply(let product):
      guard node.inputs.count < 3 || node.inputs[2] == nil else { return nil }
      (transposesA, transposesB, alpha) = (product.transposesA, product.transposesB, product.alpha)
    default: return nil
    }
    (self.a, self.b) = (a, b)
    output = node.outputs[0]
    let shape = try plan.shape(output)
    let operands = [try plan.shape(a), try plan.shape(b)]
    guard operands.allSatisfy({ $0.rank >= 2 && $0.elementCount > 0 }), shape.rank >= 2 else { return nil }
    batch = Shape(shape.dimensions.dropLast(2))
  }

  func layForward(_ plan: PlanBuilder) throws {
    guard let left = try plan.matrices(a, batch: batch, isTransposed: transposesA),
      let right = try plan.matrices(b, batch: batch, isTransposed: transposesB)
    else { throw missingHandle("matrix") }
    let target = try plan.define(output, .plain)
    guard let result = MatrixStack(ElementMap(target.layout.shape), batch: batch) else {
      throw missingHandle("matrix")
    }
    plan.emitProducts(
      left, right, alpha: alpha, into: PlacedMatrices(location: target.location, stack: result), adds: false)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let gradient = try plan.gradient(output, .plain),
      let stack = MatrixStack(ElementMap(gradient.layout.shape), batch: batch)
    else { return }
    plan.hold(gradient)
    defer { plan.drop(gradient) }
    let sent = PlacedMatrices(location: gradient.location, stack: stack)
    if let sink = try plan.openSink(a, batch: batch, isTransposed: transposesA),
      let right = try plan.matrices(b, batch: batch, isTransposed: transposesB)
    {
      plan.emitProducts(sent, right.transposed, alpha: alpha, into: sink.matrices, adds: sink.adds)
      try plan.close(sink)
    }
    if let sink = try plan.openSink(b, batch: batch, isTransposed: transposesB),
      let left = try plan.matrices(a, batch: batch, isTransposed: transposesA)
    {
      plan.emitProducts(left.transposed, sent, alpha: alpha, into: sink.matrices, adds: sink.adds)
      try plan.close(sink)
    }
  }
}
