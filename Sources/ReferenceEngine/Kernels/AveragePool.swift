import GinghamNetworks
import GinghamTensors

/// The mean of a window. The divisor counts the elements inside the input or, where the pool counts its padding, those
/// inside the padded extent: what a last window in ceil mode hangs over is never counted.
struct AveragePoolKernel<Scalar: ReferenceScalar>: Kernel {
  private let rows: WindowRows
  private let planes: Int
  /// 1 ÷ divisor of each window of a plane.
  private let reciprocals: [Scalar]

  init(_ pool: AveragePool, _ request: KernelRequest) throws {
    let (input, output) = try (request.inputShape(0), request.outputShape())
    let axes = try pool.window.axes(input: input.spatial)
    guard input.rank >= 3, output.dimensions == [input[0], input[1]] + axes.map(\.output) else {
      throw request.unsupported("\(output) is not a pool of \(input)")
    }
    rows = WindowRows(axes)
    planes = input[0] * input[1]
    var counts = [1]
    for axis in axes {
      counts = counts.flatMap { before in
        (0..<axis.output).map { position in
          before
            * (pool.countsPadding ? axis.paddedTapCount(ofOutput: position) : axis.taps(ofOutput: position).count)
        }
      }
    }
    // A window that sees nothing sums nothing.
    reciprocals = counts.map { 1 / Scalar(max($0, 1)) }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    y.update(repeating: 0)
    forEachRun { source, target, range, stride in
      for index in range { y[target + index] += x[source + index * stride] }
    }
    reciprocals.withUnsafeBufferPointer { reciprocals in
      for plane in 0..<planes {
        for index in reciprocals.indices { y[plane * rows.outputCount + index] *= reciprocals[index] }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    reciprocals.withUnsafeBufferPointer { reciprocals in
      forEachRun { source, target, range, stride in
        let base = target % rows.outputCount
        for index in range { dx[source + index * stride] += dy[target + index] * reciprocals[base + index] }
      }
    }
  }

  /// For every tap and row of windows: where the row begins in input and output, and which windows it reaches.
  @inline(__always)
  private func forEachRun(_ body: (_ source: Int, _ target: Int, _ range: Range<Int>, _ stride: Int) -> Void) {
    let inner = rows.inner
    for plane in 0..<planes {
      for position in 0..<rows.outerPositions {
        let target = plane * rows.outputCount + position * inner.output
        for outerTap in 0..<rows.outerTaps {
          guard let start = rows.rowStart(tap: outerTap, position: position) else { continue }
          for tap in 0..<inner.kernel {
            let source = plane * rows.inputCount + start + tap * inner.dilation - inner.padBefore
            body(source, target, rows.innerRanges[tap], inner.stride)
          }
        }
      }
    }
  }
}
