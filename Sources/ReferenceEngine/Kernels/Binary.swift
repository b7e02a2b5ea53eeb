import GinghamNetworks
import GinghamTensors

/// A function of two operands after broadcasting. Gradients of a broadcast operand are summed over its copies.
struct BinaryKernel<Scalar: ReferenceScalar>: Kernel {
  private let runForward: (_ a: Source<Scalar>, _ b: Source<Scalar>, _ y: Target<Scalar>) -> Void
  private let runBackward:
    (
      _ a: Source<Scalar>, _ b: Source<Scalar>, _ y: Source<Scalar>, _ dy: Source<Scalar>, _ da: Target<Scalar>?,
      _ db: Target<Scalar>?
    ) -> Void

  /// - Parameters:
  ///   - value: y of a and b.
  ///   - slopes: ∂y/∂a and ∂y/∂b of a, b and y.
  @inline(__always)
  init(
    _ rows: BroadcastRows, value: @escaping (_ a: Scalar, _ b: Scalar) -> Scalar,
    slopes: @escaping (_ a: Scalar, _ b: Scalar, _ y: Scalar) -> (Scalar, Scalar)
  ) {
    let (aStep, bStep) = (rows.steps[0], rows.steps[1])
    runForward = { a, b, y in
      for row in 0..<rows.count {
        let (aStart, bStart) = (rows.start(row: row, operand: 0), rows.start(row: row, operand: 1))
        for index in 0..<rows.length {
          y[row * rows.length + index] = value(a[aStart + index * aStep], b[bStart + index * bStep])
        }
      }
    }
    runBackward = { a, b, y, dy, da, db in
      for row in 0..<rows.count {
        let (aStart, bStart) = (rows.start(row: row, operand: 0), rows.start(row: row, operand: 1))
        for index in 0..<rows.length {
          let (left, right, place) = (aStart + index * aStep, bStart + index * bStep, row * rows.length + index)
          let slope = slopes(a[left], b[right], y[place])
          if let da { da[left] += dy[place] * slope.0 }
          if let db { db[right] += dy[place] * slope.1 }
        }
      }
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    runForward(inputs[0], inputs[1], outputs[0])
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    runBackward(inputs[0], inputs[1], outputs[0], dy, inputGradients[0], inputGradients[1])
  }
}
