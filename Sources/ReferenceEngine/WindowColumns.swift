import GinghamNetworks

/// The windows of a few channels laid out as a matrix, one row a channel and tap and one column a position, so that a
/// convolution becomes a product of matrices; and the adjoint that adds such a matrix back.
struct WindowColumns {
  let rows: WindowRows
  let channels: Int

  var height: Int { channels * rows.kernelCount }

  /// How many outer positions are laid out at once: bounds the scratch memory.
  let positionsAtOnce: Int

  init(_ rows: WindowRows, channels: Int) {
    self.rows = rows
    self.channels = channels
    let comfortable = 1 << 19
    let column = max(1, channels * rows.kernelCount * rows.inner.output)
    positionsAtOnce = min(max(1, comfortable / column), max(1, rows.outerPositions))
  }

  /// Scalars that the largest matrix takes.
  var scratchCount: Int { rows.isPointwise ? 0 : height * positionsAtOnce * rows.inner.output }

  /// Ranges of outer positions that together cover all of them.
  @inline(__always)
  func forEachChunk(_ body: (Range<Int>) -> Void) {
    var start = 0
    while start < rows.outerPositions {
      let end = min(start + positionsAtOnce, rows.outerPositions)
      body(start..<end)
      start = end
    }
  }

  /// Fills `columns` (height × positions·inner output) from `channels` input planes.
  @inline(__always)
  func gather<Scalar: ReferenceScalar>(
    _ input: UnsafePointer<Scalar>, positions: Range<Int>, into columns: UnsafeMutablePointer<Scalar>
  ) {
    let inner = rows.inner
    var target = columns
    for channel in 0..<channels {
      let plane = input + channel * rows.inputCount
      for outerTap in 0..<rows.outerTaps {
        for tap in 0..<inner.kernel {
          let range = rows.innerRanges[tap]
          let shift = tap * inner.dilation - inner.padBefore
          for position in positions {
            if let start = rows.rowStart(tap: outerTap, position: position) {
              let source = plane + start
              for index in 0..<range.lowerBound { target[index] = 0 }
              if inner.stride == 1 {
                let first = range.lowerBound + shift
                for index in 0..<range.count { target[range.lowerBound + index] = source[first + index] }
              } else {
                for index in range { target[index] = source[index * inner.stride + shift] }
              }
              for index in range.upperBound..<inner.output { target[index] = 0 }
            } else {
              target.update(repeating: 0, count: inner.output)
            }
            target += inner.output
          }
        }
      }
    }
  }

  /// Adds `columns` to the `channels` input planes they were gathered from.
  @inline(__always)
  func scatter<Scalar: ReferenceScalar>(
    _ columns: UnsafePointer<Scalar>, positions: Range<Int>, addingTo input: UnsafeMutablePointer<Scalar>
  ) {
    let inner = rows.inner
    var source = columns
    for channel in 0..<channels {
      let plane = input + channel * rows.inputCount
      for outerTap in 0..<rows.outerTaps {
        for tap in 0..<inner.kernel {
          let range = rows.innerRanges[tap]
          let shift = tap * inner.dilation - inner.padBefore
          for position in positions {
            if let start = rows.rowStart(tap: outerTap, position: position) {
              let target = plane + start
              if inner.stride == 1 {
                let first = range.lowerBound + shift
                for index in 0..<range.count { target[first + index] += source[range.lowerBound + index] }
              } else {
                for index in range { target[index * inner.stride + shift] += source[index] }
              }
            }
            source += inner.output
          }
        }
      }
    }
  }
}
