import GinghamNetworks
import GinghamTensors

/// Folds some axes into one number each. Maxima and minima share their gradient evenly among ties, and a norm of
/// zeros has no gradient, as in PyTorch.
struct ReductionKernel<Scalar: ReferenceScalar>: Kernel {
  private let kind: Reduction.Kind
  /// Where each result's group begins, and the elements of a group relative to that.
  private let starts: [Int]
  private let members: [Int]
  private let scratch: Scratch<Scalar>

  init(_ reduction: Reduction, _ request: KernelRequest) throws {
    let input = try request.inputShape(0)
    let reduced: Set<Int>
    switch reduction.axes {
    case .all: reduced = Set(0..<input.rank)
    case .spatial: reduced = Set((0..<input.rank).dropFirst(2))
    case .listed(let axes): reduced = Set(axes.map { $0 < 0 ? $0 + input.rank : $0 })
    case .fromInput: throw request.unsupported("its axes are not bound")
    }
    guard reduced.isSubset(of: 0..<input.rank) else {
      throw request.unsupported("its axes lie outside \(input)")
    }
    kind = reduction.kind
    starts = input.offsets(along: (0..<input.rank).filter { !reduced.contains($0) })
    members = input.offsets(along: reduced.sorted())
    scratch = Scratch(kind == .product ? members.count : 0, filledWith: 0)
    guard try request.outputShape().elementCount == starts.count else {
      throw request.unsupported("its output has another shape")
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y) = (inputs[0], outputs[0])
    members.withUnsafeBufferPointer { members in
      for (result, start) in starts.enumerated() {
        y[result] = value(x, start, members)
      }
    }
  }

  @inline(__always)
  private func value(_ x: Source<Scalar>, _ start: Int, _ members: UnsafeBufferPointer<Int>) -> Scalar {
    switch kind {
    case .mean: sum(members) { x[start + $0] } / Scalar(members.count)
    case .sum: sum(members) { x[start + $0] }
    case .sumOfSquares: sum(members) { x[start + $0] * x[start + $0] }
    case .product: members.reduce(1) { $0 * x[start + $1] }
    case .maximum: largest(members) { x[start + $0] }
    case .minimum: -largest(members) { -x[start + $0] }
    case .l1: sum(members) { abs(x[start + $0]) }
    case .l2: sum(members) { x[start + $0] * x[start + $0] }.squareRoot()
    case .logSum: Scalar.log(sum(members) { x[start + $0] })
    case .logSumExp: logSumExp(members) { x[start + $0] }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let (x, y) = (inputs[0], outputs[0])
    members.withUnsafeBufferPointer { members in
      for (result, start) in starts.enumerated() {
        let (g, total) = (dy[result], y[result])
        switch kind {
        case .mean:
          let share = g / Scalar(members.count)
          for member in members { dx[start + member] += share }
        case .sum:
          for member in members { dx[start + member] += g }
        case .sumOfSquares:
          for member in members { dx[start + member] += 2 * g * x[start + member] }
        case .product:
          spreadProduct(x, start, members, g, dx)
        case .maximum, .minimum:
          let ties = members.reduce(0) { $0 + (x[start + $1] == total ? 1 : 0) }
          let share = g / Scalar(max(ties, 1))
          for member in members where x[start + member] == total { dx[start + member] += share }
        case .l1:
          for member in members { dx[start + member] += g * signum(x[start + member]) }
        case .l2:
          guard total != 0 else { continue }
          for member in members { dx[start + member] += g * x[start + member] / total }
        case .logSum:
          let share = g / sum(members) { x[start + $0] }
          for member in members { dx[start + member] += share }
        case .logSumExp:
          for member in members { dx[start + member] += g * Scalar.exp(x[start + member] - total) }
        }
      }
    }
  }

  /// The slope at each factor is the product of the others, from products in front of it and behind it, so that zeros
  /// need no division.
  private func spreadProduct(
    _ x: Source<Scalar>, _ start: Int, _ members: UnsafeBufferPointer<Int>, _ g: Scalar, _ dx: Target<Scalar>
  ) {
    var product: Scalar = 1
    for index in members.indices {
      scratch.buffer[index] = product
      product *= x[start + members[index]]
    }
    product = 1
    for index in members.indices.reversed() {
      dx[start + members[index]] += g * product * scratch.buffer[index]
      product *= x[start + members[index]]
    }
  }

  /// Sums in blocks, so that long sums in single precision keep their digits.
  @inline(__always)
  private func sum(_ members: UnsafeBufferPointer<Int>, _ term: (Int) -> Scalar) -> Scalar {
    var total: Scalar = 0
    var index = 0
    while index < members.count {
      let end = min(index + 128, members.count)
      var block: Scalar = 0
      while index < end {
        block += term(members[index])
        index += 1
      }
      total += block
    }
    return total
  }

  /// NaN where any element is.
  @inline(__always)
  private func largest(_ members: UnsafeBufferPointer<Int>, _ term: (Int) -> Scalar) -> Scalar {
    var best = -Scalar.infinity
    for member in members {
      let candidate = term(member)
      if candidate > best || candidate.isNaN { best = candidate }
    }
    return best
  }

  @inline(__always)
  private func logSumExp(_ members: UnsafeBufferPointer<Int>, _ term: (Int) -> Scalar) -> Scalar {
    let peak = largest(members, term)
    guard peak.isFinite else { return peak }
    return peak + Scalar.log(sum(members) { Scalar.exp(term($0) - peak) })
  }
}

extension Shape {
  /// Row-major offsets of all positions along some axes, the others standing at 0.
  func offsets(along axes: [Int]) -> [Int] {
    let strides = strides
    return axes.reduce([0]) { offsets, axis in
      offsets.flatMap { offset in (0..<self[axis]).map { offset + $0 * strides[axis] } }
    }
  }
}
