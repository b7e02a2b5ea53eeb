import GinghamNetworks
import GinghamTensors

/// Instance, layer and group normalization: x̂ = (x − μ)/√(σ² + ε) with mean and variance of a run of elements, then
/// y = γ·x̂ + β. They differ in which elements form a run and which share a γ.
struct GroupNormalizationKernel<Scalar: ReferenceScalar>: Kernel {
  private let epsilon: Scalar
  /// Runs that are normalised, and their length.
  private let runs: Int
  private let length: Int
  /// Elements that share one γ and β; which one, for each such segment, repeating behind the last.
  private let segment: Int
  private let parameters: [Int]
  private let means: Scratch<Scalar>
  private let inverses: Scratch<Scalar>

  private init(epsilon: Float, runs: Int, length: Int, segment: Int, parameters: [Int]) {
    self.epsilon = Scalar(epsilon)
    self.runs = runs
    self.length = length
    self.segment = segment
    self.parameters = parameters
    means = Scratch(runs, filledWith: 0)
    inverses = Scratch(runs, filledWith: 0)
  }

  /// Instance normalization is the case of one channel a group.
  init(groups: Int?, epsilon: Float, _ request: KernelRequest) throws {
    let (input, scale) = try (request.inputShape(0), request.inputShape(1))
    guard input.rank >= 2, case let channels = input[1], case let groups = groups ?? channels, groups > 0,
      channels.isMultiple(of: groups), [channels, groups].contains(scale.elementCount),
      try request.inputShape(2).elementCount == scale.elementCount
    else { throw request.unsupported("\(input) does not split into groups with parameters of \(scale)") }
    let plane = input.dimensions.dropFirst(2).reduce(1, *)
    self.init(
      epsilon: epsilon, runs: input[0] * groups, length: channels / groups * plane,
      segment: channels / scale.elementCount * plane, parameters: Array(0..<scale.elementCount))
  }

  /// Layer normalization over `axis` and everything behind it.
  init(axis: Int, epsilon: Float, _ request: KernelRequest) throws {
    let (input, scale) = try (request.inputShape(0), request.inputShape(1))
    let first = axis < 0 ? axis + input.rank : axis
    guard (0..<input.rank).contains(first) else {
      throw request.unsupported("axis \(axis) lies outside \(input)")
    }
    let normalized = Shape(Array(input.dimensions.dropFirst(first)))
    guard let rows = BroadcastRows([scale], to: normalized),
      try !request.hasInput(2) || request.inputShape(2).elementCount == scale.elementCount
    else { throw request.unsupported("\(scale) does not broadcast to \(normalized)") }
    self.init(
      epsilon: epsilon, runs: input.dimensions.prefix(first).reduce(1, *), length: normalized.elementCount, segment: 1,
      parameters: (0..<rows.count).flatMap { row in
        (0..<rows.length).map { rows.start(row: row, operand: 0) + $0 * rows.steps[0] }
      })
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y, scale) = (inputs[0], outputs[0], inputs[1])
    let bias = inputs.count > 2 && !inputs[2].isEmpty ? inputs[2] : nil
    for run in 0..<runs {
      let range = (run * length)..<((run + 1) * length)
      let mean = average(range) { x[$0] }
      let inverse = 1 / (average(range) { (x[$0] - mean) * (x[$0] - mean) } + epsilon).squareRoot()
      means.buffer[run] = mean
      inverses.buffer[run] = inverse
      forEachSegment(range) { parameter, segment in
        let (gain, offset) = (scale[parameter] * inverse, bias?[parameter] ?? 0)
        for index in segment { y[index] = (x[index] - mean) * gain + offset }
      }
    }
    if outputs.count > 1, !outputs[1].isEmpty { _ = outputs[1].update(fromContentsOf: means.reading) }
    if outputs.count > 2, !outputs[2].isEmpty { _ = outputs[2].update(fromContentsOf: inverses.reading) }
  }

  /// dx = (ĝ − ⟨ĝ⟩ − x̂·⟨ĝ·x̂⟩)/σ with ĝ = γ·dy and ⟨·⟩ the mean of a run.
  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    let (x, scale) = (inputs[0], inputs[1])
    for run in 0..<runs {
      let range = (run * length)..<((run + 1) * length)
      let (mean, inverse) = (means.buffer[run], inverses.buffer[run])
      if let dx = inputGradients[0] {
        spreadStatistics(run, x, outputGradients, dx)
      }
      guard let dy = outputGradients[0] else { continue }
      var (sum, correlation): (Scalar, Scalar) = (0, 0)
      forEachSegment(range) { parameter, segment in
        var (segmentSum, segmentCorrelation): (Scalar, Scalar) = (0, 0)
        for index in segment {
          segmentSum += dy[index]
          segmentCorrelation += dy[index] * (x[index] - mean) * inverse
        }
        inputGradients[1]?[parameter] += segmentCorrelation
        if inputGradients.count > 2 { inputGradients[2]?[parameter] += segmentSum }
        sum += segmentSum * scale[parameter]
        correlation += segmentCorrelation * scale[parameter]
      }
      guard let dx = inputGradients[0] else { continue }
      sum /= Scalar(length)
      correlation /= Scalar(length)
      forEachSegment(range) { parameter, segment in
        for index in segment {
          let normalized = (x[index] - mean) * inverse
          dx[index] += (scale[parameter] * dy[index] - sum - normalized * correlation) * inverse
        }
      }
    }
  }

  /// Where mean and 1/σ are outputs too, their own cotangents: ∂μ/∂x = 1/n and ∂(1/σ)/∂x = −x̂/(n·σ²).
  private func spreadStatistics(
    _ run: Int, _ x: Source<Scalar>, _ outputGradients: [Source<Scalar>?], _ dx: Target<Scalar>
  ) {
    let meanCotangent = outputGradients.count > 1 ? outputGradients[1]?[run] : nil
    let inverseCotangent = outputGradients.count > 2 ? outputGradients[2]?[run] : nil
    guard meanCotangent != nil || inverseCotangent != nil else { return }
    let (mean, inverse, count) = (means.buffer[run], inverses.buffer[run], Scalar(length))
    for index in (run * length)..<((run + 1) * length) {
      let normalized = (x[index] - mean) * inverse
      dx[index] += ((meanCotangent ?? 0) - (inverseCotangent ?? 0) * normalized * inverse * inverse) / count
    }
  }

  @inline(__always)
  private func forEachSegment(_ range: Range<Int>, _ body: (_ parameter: Int, _ segment: Range<Int>) -> Void) {
    guard segment > 0 else { return }
    var start = range.lowerBound
    while start < range.upperBound {
      // A run may end inside a segment that several runs share.
      let end = min((start / segment + 1) * segment, range.upperBound)
      body(parameters[start / segment % parameters.count], start..<end)
      start = end
    }
  }

  /// Summed in double precision: runs are long and their variance is a difference of near equals.
  @inline(__always)
  private func average(_ range: Range<Int>, _ term: (Int) -> Scalar) -> Scalar {
    var sum = 0.0
    for index in range { sum += Double(term(index)) }
    return Scalar(sum / Double(max(range.count, 1)))
  }
}
