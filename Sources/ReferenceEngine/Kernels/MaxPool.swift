import GinghamNetworks
import GinghamTensors

/// The largest element a window; padding never wins. Ties go to the first element in row-major order, and a NaN wins
/// over everything, as in PyTorch. A second output, where there is one, is the winner's place in the whole input.
struct MaxPoolKernel<Scalar: ReferenceScalar>: Kernel {
  private let rows: WindowRows
  private let planes: Int
  /// Where in its plane the winner of each window stands; −1 for a window that sees only padding.
  private let winners: Scratch<Int>

  init(_ pool: MaxPool, _ request: KernelRequest) throws {
    let (input, output) = try (request.inputShape(0), request.outputShape())
    let axes = try pool.window.axes(input: input.spatial)
    guard input.rank >= 3, output.dimensions == [input[0], input[1]] + axes.map(\.output) else {
      throw request.unsupported("\(output) is not a pool of \(input)")
    }
    rows = WindowRows(axes)
    planes = input[0] * input[1]
    winners = Scratch(output.elementCount, filledWith: -1)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y, winners, inner) = (inputs[0], outputs[0], winners.buffer, rows.inner)
    y.update(repeating: -.infinity)
    winners.update(repeating: -1)
    for plane in 0..<planes {
      for position in 0..<rows.outerPositions {
        let target = plane * rows.outputCount + position * inner.output
        for outerTap in 0..<rows.outerTaps {
          guard let start = rows.rowStart(tap: outerTap, position: position) else { continue }
          for tap in 0..<inner.kernel {
            let shift = start + tap * inner.dilation - inner.padBefore
            for index in rows.innerRanges[tap] {
              let place = shift + index * inner.stride
              let value = x[plane * rows.inputCount + place]
              if value > y[target + index] || winners[target + index] < 0 || value.isNaN {
                y[target + index] = value
                winners[target + index] = place
              }
            }
          }
        }
      }
    }
    guard outputs.count > 1 else { return }
    for index in winners.indices {
      outputs[1][index] = Scalar(index / max(rows.outputCount, 1) * rows.inputCount + winners[index])
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let winners = winners.buffer
    for plane in 0..<planes {
      for index in (plane * rows.outputCount)..<((plane + 1) * rows.outputCount) where winners[index] >= 0 {
        dx[plane * rows.inputCount + winners[index]] += dy[index]
      }
    }
  }
}
