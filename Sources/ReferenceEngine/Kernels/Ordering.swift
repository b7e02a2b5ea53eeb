import GinghamNetworks
import GinghamTensors

/// The lines of elements along an axis.
struct AxisLines {
  let count: Int
  let length: Int
  /// How far two neighbours of a line lie apart.
  let step: Int

  init(_ shape: Shape, axis: Int) {
    step = shape.dimensions[(axis + 1)...].reduce(1, *)
    length = shape[axis]
    count = shape.dimensions[..<axis].reduce(1, *) * step
  }

  /// Where a line begins among lines of `length` elements.
  @inline(__always)
  func start(_ line: Int, length: Int) -> Int { line / step * length * step + line % step }

  @inline(__always)
  func start(_ line: Int) -> Int { start(line, length: length) }
}

/// Running sums. The gradient is the running sum from the other end.
struct CumulativeSumKernel<Scalar: ReferenceScalar>: Kernel {
  private let lines: AxisLines
  private let isExclusive: Bool
  private let isReversed: Bool

  init(_ sum: CumulativeSum, _ request: KernelRequest) throws {
    let shape = try request.inputShape(0)
    guard let axis = sum.axis, (0..<shape.rank).contains(axis) else {
      throw request.unsupported("its axis is not bound")
    }
    lines = AxisLines(shape, axis: axis)
    isExclusive = sum.isExclusive
    isReversed = sum.isReversed
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    run(reversed: isReversed, { x[$0] }) { place, sum in y[place] = sum }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    run(reversed: !isReversed, { dy[$0] }) { place, sum in dx[place] += sum }
  }

  @inline(__always)
  private func run(reversed: Bool, _ element: (Int) -> Scalar, _ give: (_ place: Int, _ sum: Scalar) -> Void) {
    for line in 0..<lines.count {
      let start = lines.start(line)
      var sum: Scalar = 0
      for index in 0..<lines.length {
        let place = start + (reversed ? lines.length - 1 - index : index) * lines.step
        let next = sum + element(place)
        give(place, isExclusive ? sum : next)
        sum = next
      }
    }
  }
}

/// The largest or smallest elements of every line in order. Gradients go back to where the elements stood.
struct TopKKernel<Scalar: ReferenceScalar>: Kernel {
  private let lines: AxisLines
  private let count: Int
  private let takesLargest: Bool
  private let order: Scratch<Int>
  /// Where each element of the result stood in x.
  private let sources: Scratch<Int>

  init(_ top: TopK, _ request: KernelRequest) throws {
    let (shape, output) = try (request.inputShape(0), request.outputShape())
    guard let count = top.count, (0..<shape.rank).contains(top.axis), (0...shape[top.axis]).contains(count) else {
      throw request.unsupported("its attributes are not bound")
    }
    lines = AxisLines(shape, axis: top.axis)
    self.count = count
    takesLargest = top.takesLargest
    order = Scratch(lines.length, filledWith: 0)
    sources = Scratch(output.elementCount, filledWith: 0)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let x = inputs[0]
    var order = order.buffer
    for line in 0..<lines.count {
      let (start, target) = (lines.start(line), lines.start(line, length: count))
      for index in order.indices { order[index] = index }
      order.sort { a, b in
        let (left, right) = (x[start + a * lines.step], x[start + b * lines.step])
        if left == right || left.isNaN && right.isNaN { return a < b }
        // NaN counts as the largest.
        let isLess = left < right || right.isNaN
        return isLess != takesLargest
      }
      for rank in 0..<count {
        let place = target + rank * lines.step
        sources.buffer[place] = start + order[rank] * lines.step
        outputs[0][place] = x[sources.buffer[place]]
        if outputs.count > 1, !outputs[1].isEmpty { outputs[1][place] = Scalar(order[rank]) }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    for place in dy.indices { dx[sources.buffer[place]] += dy[place] }
  }
}

/// Where the extreme of every line stands: constant almost everywhere.
struct ExtremePlaceKernel<Scalar: ReferenceScalar>: Kernel {
  private let lines: AxisLines
  private let isMaximum: Bool
  private let picksLast: Bool

  init(_ place: ExtremePlace, _ request: KernelRequest) throws {
    let shape = try request.inputShape(0)
    guard (0..<shape.rank).contains(place.axis), shape[place.axis] > 0 else {
      throw request.unsupported("axis \(place.axis) lies outside \(shape)")
    }
    lines = AxisLines(shape, axis: place.axis)
    isMaximum = place.isMaximum
    picksLast = place.picksLast
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    for line in 0..<lines.count {
      let start = lines.start(line)
      var best = 0
      for index in 1..<max(lines.length, 1) {
        let (new, old) = (x[start + index * lines.step], x[start + best * lines.step])
        if old.isNaN { continue }
        let wins = isMaximum ? new > old : new < old
        if wins || new.isNaN || picksLast && new == old { best = index }
      }
      y[line] = Scalar(best)
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {}
}
