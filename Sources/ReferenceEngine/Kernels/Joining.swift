import GinghamNetworks
import GinghamTensors

/// Several tensors that are pieces of one along an axis, and the copies between them and the whole.
private struct Pieces {
  /// Runs of the whole before the axis, and elements a piece takes of each.
  let outer: Int
  let lengths: [Int]
  let total: Int

  init(_ whole: Shape, _ pieces: [Shape], axis: Int, _ request: KernelRequest) throws {
    let own = axis < 0 ? axis + whole.rank : axis
    guard (0..<whole.rank).contains(own) else { throw request.unsupported("axis \(axis) lies outside \(whole)") }
    for piece in pieces {
      var padded = piece
      guard piece.rank == whole.rank else { throw request.unsupported("\(piece) is no piece of \(whole)") }
      padded[own] = whole[own]
      guard padded == whole else { throw request.unsupported("\(piece) is no piece of \(whole)") }
    }
    let inner = whole.dimensions.dropFirst(own + 1).reduce(1, *)
    outer = whole.dimensions.prefix(own).reduce(1, *)
    lengths = pieces.map { $0[own] * inner }
    total = whole[own] * inner
    guard lengths.reduce(0, +) == total else { throw request.unsupported("the pieces do not fill \(whole)") }
  }

  /// For every run of every piece: where it begins in the piece and in the whole.
  @inline(__always)
  func forEachRun(_ body: (_ piece: Int, _ place: Int, _ whole: Int, _ length: Int) -> Void) {
    var start = 0
    for (piece, length) in lengths.enumerated() {
      for row in 0..<outer { body(piece, row * length, row * total + start, length) }
      start += length
    }
  }
}

/// Tensors one behind the other along an axis.
struct ConcatenationKernel<Scalar: ReferenceScalar>: Kernel {
  private let pieces: Pieces

  init(axis: Int, _ request: KernelRequest) throws {
    pieces = try Pieces(
      request.outputShape(), request.node.inputs.indices.map(request.inputShape), axis: axis, request)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let y = outputs[0]
    pieces.forEachRun { piece, place, whole, length in
      let x = inputs[piece]
      for index in 0..<length { y[whole + index] = x[place + index] }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    pieces.forEachRun { piece, place, whole, length in
      guard let dx = inputGradients[piece] else { return }
      for index in 0..<length { dx[place + index] += dy[whole + index] }
    }
  }
}

/// The pieces of a tensor along an axis.
struct SplitKernel<Scalar: ReferenceScalar>: Kernel {
  private let pieces: Pieces

  init(axis: Int, _ request: KernelRequest) throws {
    pieces = try Pieces(request.inputShape(0), request.outputShapes, axis: axis, request)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let x = inputs[0]
    pieces.forEachRun { piece, place, whole, length in
      let y = outputs[piece]
      for index in 0..<length { y[place + index] = x[whole + index] }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dx = inputGradients[0] else { return }
    pieces.forEachRun { piece, place, whole, length in
      guard let dy = outputGradients[piece] else { return }
      for index in 0..<length { dx[whole + index] += dy[place + index] }
    }
  }
}
