import GinghamNetworks
import GinghamTensors

/// x rounded to the numbers of a quantised type. The gradient passes rounding straight through and stops where the type
/// saturates; scale and zero point get none.
struct QuantizationKernel<Scalar: ReferenceScalar>: Kernel {
  private let rows: BroadcastRows
  private let quantization: Quantization
  private let hasZero: Bool
  private let low: Scalar
  private let high: Scalar

  init(_ quantization: Quantization, _ request: KernelRequest) throws {
    let x = try request.inputShape(0)
    self.quantization = quantization
    hasZero = request.hasInput(2)
    low = Scalar(quantization.range.lowerBound)
    high = Scalar(quantization.range.upperBound)
    let operands = [x, try request.inputShape(1)] + (hasZero ? [try request.inputShape(2)] : [])
    guard let rows = BroadcastRows(operands, to: x) else {
      throw request.unsupported("its scale does not fit \(x)")
    }
    self.rows = rows
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, scale, y) = (inputs[0], inputs[1], outputs[0])
    forEach { place, own, scalePlace, zeroPlace in
      let zero = hasZero ? inputs[2][zeroPlace] : 0
      let quotient = x[own] / scale[scalePlace]
      guard !quantization.type.isFloatingPoint else {
        y[place] = Scalar(quantization.type.rounded(Float(quotient + zero)))
        return
      }
      let rounded = quotient.rounded(.toNearestOrEven) + zero
      // A NaN becomes the smallest number, as a comparison with it fails.
      y[place] = rounded > low ? min(rounded, high) : low
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let (x, scale) = (inputs[0], inputs[1])
    forEach { place, own, scalePlace, zeroPlace in
      let quotient = x[own] / scale[scalePlace] + (hasZero ? inputs[2][zeroPlace] : 0)
      if quotient >= low - 0.5, quotient <= high + 0.5 { dx[own] += dy[place] / scale[scalePlace] }
    }
  }

  @inline(__always)
  private func forEach(_ body: (_ place: Int, _ own: Int, _ scale: Int, _ zero: Int) -> Void) {
    for row in 0..<rows.count {
      for index in 0..<rows.length {
        body(
          row * rows.length + index, rows.start(row: row, operand: 0) + index * rows.steps[0],
          rows.start(row: row, operand: 1) + index * rows.steps[1],
          hasZero ? rows.start(row: row, operand: 2) + index * rows.steps[2] : 0)
      }
    }
  }
}

/// x in 8 bits without a sign, with the scale and zero point that its own range asks for; zero is always in the range.
struct DynamicQuantizationKernel<Scalar: ReferenceScalar>: Kernel {
  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    let low = x.reduce(0) { min($0, $1) }
    let high = x.reduce(0) { max($0, $1) }
    let scale = high > low ? (high - low) / 255 : 1
    let zero = min(max((-low / scale).rounded(.toNearestOrEven), 0), 255)
    for index in y.indices { y[index] = min(max((x[index] / scale).rounded(.toNearestOrEven) + zero, 0), 255) }
    if outputs.count > 1, !outputs[1].isEmpty { outputs[1][0] = scale }
    if outputs.count > 2, !outputs[2].isEmpty { outputs[2][0] = zero }
  }

  /// Rounding is passed straight through; the range is taken as given.
  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let x = inputs[0]
    let (low, high) = (x.reduce(0) { min($0, $1) }, x.reduce(0) { max($0, $1) })
    let scale = high > low ? (high - low) / 255 : 1
    for index in dx.indices { dx[index] += dy[index] / scale }
  }
}
