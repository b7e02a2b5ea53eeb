import GinghamNetworks
import GinghamTensors

/// Interpolation, one axis after the other; the gradient runs the same taps backwards.
struct ResizeKernel<Scalar: ReferenceScalar>: Kernel {
  /// One axis of the interpolation: `outer` × `input` × `inner` elements become `outer` × `output` × `inner`.
  private struct Pass {
    let outer: Int
    let input: Int
    let output: Int
    let inner: Int
    let starts: [Int]
    let indices: [Int]
    let weights: [Scalar]
  }

  private let passes: [Pass]
  /// Results of all passes but the last, and their gradients.
  private let results: [Scratch<Scalar>]
  private let gradients: [Scratch<Scalar>]
  /// Output elements that lie outside the input along any axis.
  private let outside: [Int]
  private let extrapolation: Scalar

  init(_ resize: Resize, _ request: KernelRequest) throws {
    let (input, output) = try (request.inputShape(0), request.outputShape())
    guard resize.scales?.count == input.rank, resize.sizes == output.dimensions else {
      throw request.unsupported("its sizes are not bound")
    }
    var reached = input
    var passes: [Pass] = []
    var outside: Set<Int> = []
    for axis in 0..<input.rank {
      guard let taps = resize.taps(axis: axis, input: input[axis]) else { continue }
      reached[axis] = taps.count
      passes.append(
        Pass(
          outer: reached.dimensions.prefix(axis).reduce(1, *), input: input[axis], output: taps.count,
          inner: reached.dimensions.dropFirst(axis + 1).reduce(1, *), starts: taps.starts, indices: taps.indices,
          weights: taps.weights.map { Scalar($0) }))
      for position in 0..<taps.count where taps.isOutside[position] {
        let offset = position * output.strides[axis]
        let others = (0..<output.rank).filter { $0 != axis }
        outside.formUnion(output.offsets(along: others).map { $0 + offset })
      }
    }
    guard reached == output else { throw request.unsupported("\(input) does not resize to \(output)") }
    self.passes = passes
    self.outside = outside.sorted()
    extrapolation = Scalar(resize.extrapolationValue)
    results = passes.dropLast().map { Scratch($0.outer * $0.output * $0.inner, filledWith: 0) }
    gradients = results.map { Scratch($0.buffer.count, filledWith: 0) }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let y = outputs[0]
    guard !passes.isEmpty else {
      _ = y.update(fromContentsOf: inputs[0])
      return
    }
    for (index, pass) in passes.enumerated() {
      let source = index == 0 ? inputs[0] : results[index - 1].reading
      let target = index < results.count ? results[index].buffer : y
      target.update(repeating: 0)
      forEachTap(pass) { from, to, weight in
        for step in 0..<pass.inner { target[to + step] += weight * source[from + step] }
      }
    }
    for place in outside { y[place] = extrapolation }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    guard !passes.isEmpty else {
      for index in dx.indices { dx[index] += dy[index] }
      return
    }
    // Outputs outside the input have no taps along at least one axis: nothing of their cotangent gets through.
    for (index, pass) in passes.enumerated().reversed() {
      let source = index < gradients.count ? gradients[index].reading : dy
      let target = index == 0 ? dx : gradients[index - 1].buffer
      if index > 0 { target.update(repeating: 0) }
      forEachTap(pass) { from, to, weight in
        for step in 0..<pass.inner { target[from + step] += weight * source[to + step] }
      }
    }
  }

  /// Every tap of every output position: where its run begins in the pass' input and output, and its weight.
  @inline(__always)
  private func forEachTap(_ pass: Pass, _ body: (_ from: Int, _ to: Int, _ weight: Scalar) -> Void) {
    for row in 0..<pass.outer {
      for position in 0..<pass.output {
        let to = (row * pass.output + position) * pass.inner
        for tap in pass.starts[position]..<pass.starts[position + 1] {
          body((row * pass.input + pass.indices[tap]) * pass.inner, to, pass.weights[tap])
        }
      }
    }
  }
}
