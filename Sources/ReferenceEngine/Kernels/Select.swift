import GinghamTensors

/// a where the condition is not zero, b elsewhere, after broadcasting. The condition has no gradient.
struct SelectKernel<Scalar: ReferenceScalar>: Kernel {
  private let rows: BroadcastRows

  init(_ request: KernelRequest) throws {
    let shapes = try (0..<3).map(request.inputShape)
    let result = try request.outputShape()
    guard let rows = BroadcastRows(shapes, to: result) else {
      throw request.unsupported("\(shapes) do not broadcast to \(result)")
    }
    self.rows = rows
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    forEachElement(choosing: inputs[0]) { operand, from, to in outputs[0][to] = inputs[operand][from] }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    forEachElement(choosing: inputs[0]) { operand, from, to in inputGradients[operand]?[from] += dy[to] }
  }

  @inline(__always)
  private func forEachElement(
    choosing condition: Source<Scalar>, _ body: (_ operand: Int, _ from: Int, _ to: Int) -> Void
  ) {
    for row in 0..<rows.count {
      let start = rows.start(row: row, operand: 0)
      for index in 0..<rows.length {
        let operand = condition[start + index * rows.steps[0]] != 0 ? 1 : 2
        body(
          operand, rows.start(row: row, operand: operand) + index * rows.steps[operand], row * rows.length + index)
      }
    }
  }
}
