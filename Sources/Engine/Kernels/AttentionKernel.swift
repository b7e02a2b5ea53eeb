import CVectors
import GinghamTensors

/// Matrices at an address.
struct BoundMatrices {
  let base: UnsafeMutablePointer<Float>
  let stack: MatrixStack
  /// For a gradient: add to what is there.
  var adds = false

  init(_ matrices: PlacedMatrices, _ addresses: Addresses) {
    (base, stack) = (addresses.floats(matrices.location), matrices.stack)
  }

  init(_ sink: GradientSink, _ addresses: Addresses) {
    self.init(sink.matrices, addresses)
    adds = sink.adds
  }

  func block(_ product: Int, from row: Int = 0) -> MatrixBlock { stack.block(product, from: row, base) }
}

/// Constants that are added to the scores of one row.
private func addends(
  _ constants: [(base: UnsafeMutablePointer<Float>, rows: ScoreRows)], product: Int, row: Int
) -> (first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?) {
  func start(_ index: Int) -> UnsafeMutablePointer<Float>? {
    guard index < constants.count else { return nil }
    return constants[index].base + constants[index].rows.start(product: product, row: row)
  }
  return (start(0), start(1))
}

/// One block of queries at a time: scores, softmax, product with the values.
struct AttentionForward {
  let shape: AttentionShape
  let query: BoundMatrices
  let key: BoundMatrices
  let value: BoundMatrices
  let result: BoundMatrices
  /// log Σ exp of each row of scores.
  let totals: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutablePointer<Float>
  let addends: [(base: UnsafeMutablePointer<Float>, rows: ScoreRows)]

  func runBlock(_ product: Int, _ block: Int, _ place: Int, _ forEachRow: RowLoop) {
    let range = shape.rows(block)
    let (first, keys) = (range.lowerBound, shape.keys)
    let scores = MatrixBlock(
      base: scratch + place * shape.rowsAtOnce * keys, isTransposed: false, pitch: keys)
    multiply(
      rows: range.count, columns: keys, inner: shape.depth, query.block(product, from: first), key.block(product),
      beta: 0, into: scores)
    forEachRow(range.count) { rows in
      for row in rows {
        let added = GinghamEngine.addends(addends, product: product, row: first + row)
        totals[product * shape.queries + first + row] = gingham_softmax(
          scores.base + row * keys, added.first, added.second, shape.scale, keys)
      }
    }
    multiply(
      rows: range.count, columns: shape.width, inner: keys, scores, value.block(product), beta: 0,
      into: result.block(product, from: first))
  }
}

/// With P the weights, S the scores and the gradient dO: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P∘(dP − rowsum(dO∘O)),
/// dQ = scale·dS·K and dK = scale·dSᵀ·Q.
struct AttentionBackward {
  let shape: AttentionShape
  let query: BoundMatrices
  let key: BoundMatrices
  let value: BoundMatrices
  let result: BoundMatrices
  let sent: BoundMatrices
  let totals: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutablePointer<Float>
  let addends: [(base: UnsafeMutablePointer<Float>, rows: ScoreRows)]
  let queryGradient: BoundMatrices?
  let keyGradient: BoundMatrices?
  let valueGradient: BoundMatrices?

  func runBlock(_ product: Int, _ block: Int, _ place: Int, _ forEachRow: RowLoop) {
    let range = shape.rows(block)
    let (first, keys, width) = (range.lowerBound, shape.keys, shape.width)
    let count = shape.rowsAtOnce * keys
    let weights = MatrixBlock(base: scratch + 2 * place * count, isTransposed: false, pitch: keys)
    let slopes = MatrixBlock(base: weights.base + count, isTransposed: false, pitch: keys)
    let (results, cotangents) = (result.block(product, from: first), sent.block(product, from: first))
    multiply(
      rows: range.count, columns: keys, inner: shape.depth, query.block(product, from: first), key.block(product),
      beta: 0, into: weights)
    let wantsScores = queryGradient != nil || keyGradient != nil
    if wantsScores {
      multiply(
        rows: range.count, columns: keys, inner: width, cotangents, value.block(product).transposed, beta: 0,
        into: slopes)
    }
    forEachRow(range.count) { rows in
      for row in rows {
        let added = GinghamEngine.addends(addends, product: product, row: first + row)
        gingham_softmax_again(
          weights.base + row * keys, added.first, added.second, shape.scale,
          totals[product * shape.queries + first + row], keys)
        guard wantsScores else { continue }
        let mean = gingham_dot(results.base + row * results.pitch, cotangents.base + row * cotangents.pitch, width)
        gingham_softmax_back(weights.base + row * keys, slopes.base + row * keys, mean, shape.scale, keys)
      }
    }
    // A product's keys and values get a part of their gradients from every block.
    func beta(_ gradient: BoundMatrices) -> Float { gradient.adds || block > 0 ? 1 : 0 }
    if let valueGradient {
      multiply(
        rows: keys, columns: width, inner: range.count, weights.transposed, cotangents, beta: beta(valueGradient),
        into: valueGradient.block(product))
    }
    if let queryGradient {
      multiply(
        rows: range.count, columns: shape.depth, inner: keys, slopes, key.block(product).transposed,
        beta: queryGradient.adds ? 1 : 0, into: queryGradient.block(product, from: first))
    }
    if let keyGradient {
      multiply(
        rows: shape.depth, columns: keys, inner: range.count, query.block(product, from: first).transposed, slopes,
        beta: beta(keyGradient), into: keyGradient.block(product))
    }
  }
}
