import GinghamNetworks

/// A window over any number of spatial axes, seen as rows along the last axis: for every position and tap on the axes
/// in front of it, where the input row begins. Convolutions and pools walk these rows.
struct WindowRows {
  /// The last spatial axis.
  let inner: AxisGeometry
  /// Window positions and taps on all axes in front of the last one.
  let outerPositions: Int
  let outerTaps: Int
  /// Elements of one channel on the input's and on the output's side.
  let inputCount: Int
  let outputCount: Int
  /// Window positions of the last axis at which each of its taps reads inside the input.
  let innerRanges: [Range<Int>]
  /// Where the input row begins that tap `t` of position `p` reads, at `t · outerPositions + p`; −1 in the padding.
  private let rowStarts: [Int]

  var kernelCount: Int { outerTaps * inner.kernel }

  /// Whether every window is a single element and all of them together are the input: no copy is needed.
  let isPointwise: Bool

  /// `axes` must not be empty.
  init(_ axes: [AxisGeometry]) {
    let inner = axes[axes.count - 1]
    self.inner = inner
    innerRanges = (0..<inner.kernel).map(inner.outputs(ofTap:))
    inputCount = axes.reduce(1) { $0 * $1.input }
    outputCount = axes.reduce(1) { $0 * $1.output }
    isPointwise = axes.allSatisfy {
      $0.kernel == 1 && $0.stride == 1 && $0.padBefore == 0 && $0.input == $0.output
    }

    var starts = [0]
    var positions = 1
    var taps = 1
    for axis in axes.dropLast() {
      var next = [Int](repeating: -1, count: starts.count * axis.kernel * axis.output)
      for tap in 0..<(taps * axis.kernel) {
        for position in 0..<(positions * axis.output) {
          let before = starts[(tap / axis.kernel) * positions + position / axis.output]
          guard before >= 0,
            let index = axis.inputIndex(output: position % axis.output, tap: tap % axis.kernel)
          else { continue }
          next[tap * positions * axis.output + position] = before * axis.input + index
        }
      }
      starts = next
      positions *= axis.output
      taps *= axis.kernel
    }
    outerPositions = positions
    outerTaps = taps
    rowStarts = starts.map { $0 < 0 ? -1 : $0 * inner.input }
  }

  @inline(__always)
  func rowStart(tap: Int, position: Int) -> Int? {
    let start = rowStarts[tap * outerPositions + position]
    return start < 0 ? nil : start
  }
}
