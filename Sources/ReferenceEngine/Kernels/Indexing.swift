import GinghamNetworks
import GinghamTensors

/// Where the runs begin that a kernel's indices name: worked out once where the indices are known, in every step where
/// they are computed. An index that lies outside its axis leads nowhere.
private struct RunStarts<Scalar: ReferenceScalar> {
  static var nowhere: Int { -1 }

  let runs: IndexedRuns
  private let starts: Scratch<Int>
  private let areFixed: Bool

  init(_ request: KernelRequest) throws {
    let (x, indices) = try (request.inputShape(0), request.inputShape(1))
    guard let runs = request.node.operation.indexedRuns(of: x, indices: indices) else {
      throw request.unsupported("it has no indices")
    }
    self.runs = runs
    starts = Scratch(runs.count, filledWith: Self.nowhere)
    guard let known = request.constant(1)?.wholeNumbers else {
      areFixed = false
      return
    }
    areFixed = true
    for (tuple, start) in try runs.starts(known).enumerated() { starts.buffer[tuple] = start }
  }

  /// Of the indices that this step has.
  func update(_ indices: Source<Scalar>) {
    guard !areFixed else { return }
    for tuple in 0..<runs.count {
      starts.buffer[tuple] = runs.start(tuple) { Int(exactly: indices[$0].rounded(.towardZero)) } ?? Self.nowhere
    }
  }

  /// Every run with its first element of x; `nil` where an index leads nowhere.
  @inline(__always)
  func forEach(_ body: (_ tuple: Int, _ start: Int?) -> Void) {
    for tuple in 0..<runs.count {
      let start = starts.buffer[tuple]
      body(tuple, start < 0 ? nil : start)
    }
  }
}

/// The runs of x that indices name, one behind the other. What an index outside its axis names is NaN.
struct IndexedGatherKernel<Scalar: ReferenceScalar>: Kernel {
  private let starts: RunStarts<Scalar>

  init(_ request: KernelRequest) throws {
    starts = try RunStarts(request)
    guard try request.outputShape().elementCount == starts.runs.count * starts.runs.length else {
      throw request.unsupported("its output has another shape")
    }
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, y, length) = (inputs[0], outputs[0], starts.runs.length)
    starts.update(inputs[1])
    starts.forEach { tuple, start in
      for step in 0..<length { y[tuple * length + step] = start.map { x[$0 + step] } ?? .nan }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0], let dx = inputGradients[0] else { return }
    let length = starts.runs.length
    starts.forEach { tuple, start in
      guard let start else { return }
      for step in 0..<length { dx[start + step] += dy[tuple * length + step] }
    }
  }
}

/// x with updates at the runs that indices name. Of several that replace one element the last stays, and only it has a
/// gradient; extremes share theirs evenly among ties, as in PyTorch. An update at an index outside its axis is lost.
struct IndexedScatterKernel<Scalar: ReferenceScalar>: Kernel {
  private let scattering: Scattering
  private let starts: RunStarts<Scalar>
  /// How many candidates each element was chosen from, or which of its factors are zero.
  private let counts: Scratch<Int>
  /// The product of each element's factors that are not zero.
  private let products: Scratch<Scalar>

  init(_ scattering: Scattering, _ request: KernelRequest) throws {
    let (x, updates) = try (request.inputShape(0), request.inputShape(2))
    self.scattering = scattering
    starts = try RunStarts(request)
    guard updates.elementCount == starts.runs.count * starts.runs.length, try request.outputShape() == x else {
      throw request.unsupported("updates of \(updates) do not fit \(x)")
    }
    counts = Scratch(scattering == .add ? 0 : x.elementCount, filledWith: 0)
    products = Scratch(scattering == .multiply ? x.elementCount : 0, filledWith: 0)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (updates, y) = (inputs[2], outputs[0])
    starts.update(inputs[1])
    _ = y.update(fromContentsOf: inputs[0])
    forEachPair { update, place in
      switch scattering {
      case .replace: y[place] = updates[update]
      case .add: y[place] += updates[update]
      case .multiply: y[place] *= updates[update]
      case .minimum: if updates[update] < y[place] || updates[update].isNaN { y[place] = updates[update] }
      case .maximum: if updates[update] > y[place] || updates[update].isNaN { y[place] = updates[update] }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    let (dx, du) = (inputGradients[0], inputGradients[2])
    switch scattering {
    case .add:
      if let dx { for place in dx.indices { dx[place] += dy[place] } }
      if let du { forEachPair { update, place in du[update] += dy[place] } }
    case .replace: replaceBackward(dy, dx, du)
    case .multiply: multiplyBackward(inputs[0], inputs[2], dy, dx, du)
    case .minimum, .maximum: extremeBackward(inputs[0], inputs[2], outputs[0], dy, dx, du)
    }
  }

  private func replaceBackward(_ dy: Source<Scalar>, _ dx: Target<Scalar>?, _ du: Target<Scalar>?) {
    let winners = counts.buffer
    winners.update(repeating: -1)
    forEachPair { update, place in winners[place] = update }
    for place in winners.indices {
      if winners[place] < 0 { dx?[place] += dy[place] } else { du?[winners[place]] += dy[place] }
    }
  }

  /// The slope at each factor is the product of the others, so that zeros need no division.
  private func multiplyBackward(
    _ x: Source<Scalar>, _ updates: Source<Scalar>, _ dy: Source<Scalar>, _ dx: Target<Scalar>?, _ du: Target<Scalar>?
  ) {
    let (zeros, products) = (counts.buffer, products.buffer)
    func include(_ factor: Scalar, _ place: Int) {
      if factor == 0 { zeros[place] += 1 } else { products[place] *= factor }
    }
    func others(_ factor: Scalar, _ place: Int) -> Scalar {
      if factor == 0 { return zeros[place] == 1 ? products[place] : 0 }
      return zeros[place] == 0 ? products[place] / factor : 0
    }
    zeros.update(repeating: 0)
    products.update(repeating: 1)
    for place in products.indices { include(x[place], place) }
    forEachPair { update, place in include(updates[update], place) }
    if let dx { for place in dx.indices { dx[place] += dy[place] * others(x[place], place) } }
    if let du { forEachPair { update, place in du[update] += dy[place] * others(updates[update], place) } }
  }

  private func extremeBackward(
    _ x: Source<Scalar>, _ updates: Source<Scalar>, _ y: Source<Scalar>, _ dy: Source<Scalar>, _ dx: Target<Scalar>?,
    _ du: Target<Scalar>?
  ) {
    let ties = counts.buffer
    for place in ties.indices { ties[place] = x[place] == y[place] ? 1 : 0 }
    forEachPair { update, place in ties[place] += updates[update] == y[place] ? 1 : 0 }
    if let dx {
      for place in dx.indices where x[place] == y[place] { dx[place] += dy[place] / Scalar(ties[place]) }
    }
    guard let du else { return }
    forEachPair { update, place in
      if updates[update] == y[place] { du[update] += dy[place] / Scalar(ties[place]) }
    }
  }

  /// Every update with the element it is written to.
  @inline(__always)
  private func forEachPair(_ body: (_ update: Int, _ place: Int) -> Void) {
    let length = starts.runs.length
    starts.forEach { tuple, start in
      guard let start else { return }
      for step in 0..<length { body(tuple * length + step, start + step) }
    }
  }
}
