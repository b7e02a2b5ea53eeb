import GinghamNetworks
import GinghamTensors

/// What convolution and transposed convolution share: the three products between a fine side (N×F×spatial, nearer the
/// pixels of a convolution), a coarse side (N×C×positions) and weights (C, F/groups, kernel…).
struct Correlation<Scalar: ReferenceScalar> {
  let batch: Int
  let groups: Int
  /// Channels a group on either side.
  let fineChannels: Int
  let coarseChannels: Int
  private let columns: WindowColumns
  private let scratch: Scratch<Scalar>

  /// `axes` as ``Window/axes(input:)`` gives them: `input` is the fine side.
  init(batch: Int, groups: Int, fineChannels: Int, coarseChannels: Int, axes: [AxisGeometry]) {
    self.batch = batch
    self.groups = groups
    self.fineChannels = fineChannels
    self.coarseChannels = coarseChannels
    columns = WindowColumns(WindowRows(axes), channels: fineChannels)
    scratch = Scratch(columns.scratchCount, filledWith: 0)
  }

  var fineCount: Int { columns.rows.inputCount }
  var coarseCount: Int { columns.rows.outputCount }
  private var weightCount: Int { coarseChannels * columns.height }

  /// coarse ← weights · columns(fine), or coarse += that.
  func correlate(
    fine: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>, coarse: UnsafeMutablePointer<Scalar>, adding: Bool
  ) {
    forEachGroup { sample, group in
      let source = fine + (sample * groups + group) * fineChannels * fineCount
      let target = coarse + (sample * groups + group) * coarseChannels * coarseCount
      columns.forEachChunk { positions in
        let (start, count) = coarseRange(positions)
        Scalar.multiply(
          rows: coarseChannels, columns: count, depth: columns.height, alpha: 1,
          MatrixOperand(weights + group * weightCount, leadingDimension: columns.height),
          gathered(source, positions: positions, start: start), beta: adding ? 1 : 0,
          into: target + start, leadingDimension: coarseCount)
      }
    }
  }

  /// fine += the adjoint of ``correlate``: columns are weightsᵀ · coarse, added back where they were read.
  func spread(
    coarse: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>, addingTo fine: UnsafeMutablePointer<Scalar>
  ) {
    guard let matrix = columns.rows.isPointwise ? fine : scratch.buffer.baseAddress else { return }
    forEachGroup { sample, group in
      let source = coarse + (sample * groups + group) * coarseChannels * coarseCount
      let target = fine + (sample * groups + group) * fineChannels * fineCount
      columns.forEachChunk { positions in
        let (start, count) = coarseRange(positions)
        let isDirect = columns.rows.isPointwise
        Scalar.multiply(
          rows: columns.height, columns: count, depth: coarseChannels, alpha: 1,
          MatrixOperand(weights + group * weightCount, leadingDimension: columns.height, isTransposed: true),
          MatrixOperand(source + start, leadingDimension: coarseCount), beta: isDirect ? 1 : 0,
          into: isDirect ? target + start : matrix, leadingDimension: isDirect ? coarseCount : count)
        if !isDirect { columns.scatter(matrix, positions: positions, addingTo: target) }
      }
    }
  }

  /// weights += coarse · columns(fine)ᵀ, summed over the batch.
  func accumulateWeights(
    fine: UnsafePointer<Scalar>, coarse: UnsafePointer<Scalar>, addingTo weights: UnsafeMutablePointer<Scalar>
  ) {
    forEachGroup { sample, group in
      let source = fine + (sample * groups + group) * fineChannels * fineCount
      let cotangent = coarse + (sample * groups + group) * coarseChannels * coarseCount
      columns.forEachChunk { positions in
        let (start, count) = coarseRange(positions)
        var operand = gathered(source, positions: positions, start: start)
        operand.isTransposed = true
        Scalar.multiply(
          rows: coarseChannels, columns: columns.height, depth: count, alpha: 1,
          MatrixOperand(cotangent + start, leadingDimension: coarseCount), operand, beta: 1,
          into: weights + group * weightCount, leadingDimension: columns.height)
      }
    }
  }

  private func forEachGroup(_ body: (_ sample: Int, _ group: Int) -> Void) {
    for sample in 0..<batch {
      for group in 0..<groups { body(sample, group) }
    }
  }

  private func coarseRange(_ positions: Range<Int>) -> (start: Int, count: Int) {
    let row = columns.rows.inner.output
    return (positions.lowerBound * row, positions.count * row)
  }

  /// The columns of some positions: laid out in scratch, or the input itself where the two are the same.
  private func gathered(
    _ source: UnsafePointer<Scalar>, positions: Range<Int>, start: Int
  ) -> MatrixOperand<Scalar> {
    guard !columns.rows.isPointwise, let matrix = scratch.buffer.baseAddress else {
      return MatrixOperand(source + start, leadingDimension: coarseCount)
    }
    columns.gather(source, positions: positions, into: matrix)
    return MatrixOperand(matrix, leadingDimension: positions.count * columns.rows.inner.output)
  }
}

/// The bias of a convolution: one number a channel, added everywhere.
struct ChannelBias<Scalar: ReferenceScalar> {
  let batch: Int
  let channels: Int
  let count: Int

  /// output ← bias, or 0 without one: an omitted input has no elements, whether it has an address or not.
  func fill(_ output: UnsafeMutablePointer<Scalar>, with bias: UnsafeBufferPointer<Scalar>?) {
    let bias = bias.flatMap { $0.isEmpty ? nil : $0 }
    for plane in 0..<(batch * channels) {
      (output + plane * count).update(repeating: bias.map { $0[plane % channels] } ?? 0, count: count)
    }
  }

  func accumulate(_ cotangent: UnsafePointer<Scalar>, addingTo bias: UnsafeMutablePointer<Scalar>) {
    for plane in 0..<(batch * channels) {
      var sum: Scalar = 0
      for index in 0..<count { sum += cotangent[plane * count + index] }
      bias[plane % channels] += sum
    }
  }
}
