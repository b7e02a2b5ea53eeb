/// How a sliding window meets one spatial axis. The single place where strides, dilation and padding become indices:
/// shape inference, prediction and the kernels all ask here.
///
/// Output position `o` and tap `t` read input position `o·stride + t·dilation − padBefore`; positions outside
/// `0..<input` are padding. A transposed convolution is the adjoint of the window whose *input* is its output.
public struct AxisGeometry: Hashable, Sendable {
  /// Extent of the axis on the side nearer the pixels.
  public var input: Int
  /// Number of window positions.
  public var output: Int
  /// Taps.
  public var kernel: Int
  /// Pixels between two windows.
  public var stride: Int
  /// Distance between two taps.
  public var dilation: Int
  /// Zeros in front of the first element.
  public var padBefore: Int
  /// Padding behind the last element. With `ceilMode` the last window may reach beyond it.
  public var padAfter: Int

  /// With the properties of the same names.
  public init(
    input: Int, output: Int, kernel: Int, stride: Int = 1, dilation: Int = 1, padBefore: Int = 0, padAfter: Int = 0
  ) {
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padBefore = padBefore
    self.padAfter = padAfter
  }

  /// Input positions a window covers from its first tap to its last: `dilation·(kernel − 1) + 1`.
  public var extent: Int { dilation * (kernel - 1) + 1 }

  /// The input position that tap `tap` of window `output` reads, or `nil` where it lies in the padding.
  public func inputIndex(output: Int, tap: Int) -> Int? {
    let index = output * stride + tap * dilation - padBefore
    return index >= 0 && index < input ? index : nil
  }

  /// The taps of window `output` that read inside the input.
  public func taps(ofOutput output: Int) -> Range<Int> {
    let start = output * stride - padBefore
    let first = start >= 0 ? 0 : (-start + dilation - 1) / dilation
    let last = input > start ? min(kernel, (input - start + dilation - 1) / dilation) : 0
    return first < last ? first..<last : 0..<0
  }

  /// The window positions at which tap `tap` reads inside the input.
  public func outputs(ofTap tap: Int) -> Range<Int> {
    let shift = padBefore - tap * dilation
    let first = shift > 0 ? (shift + stride - 1) / stride : 0
    let last = input + shift > 0 ? min(output, (input + shift + stride - 1) / stride) : 0
    return first < last ? first..<last : 0..<0
  }

  /// Taps of window `output` that read inside the input or its declared padding: the divisor of an average pool
  /// that counts its padding.
  public func paddedTapCount(ofOutput output: Int) -> Int {
    let start = output * stride - padBefore
    let end = input + padAfter
    return end > start ? min(kernel, (end - start + dilation - 1) / dilation) : 0
  }

  /// The window positions and taps that read input position `index`.
  public func readers(ofInput index: Int) -> [(output: Int, tap: Int)] {
    (0..<kernel).compactMap { tap in
      let shifted = index + padBefore - tap * dilation
      guard shifted >= 0, shifted.isMultiple(of: stride) else { return nil }
      let position = shifted / stride
      return position < output ? (position, tap) : nil
    }
  }

  /// How many window taps read each input position: the overlap pattern of a strided layer's input gradient, and of
  /// a transposed convolution's output (Odena, Dumoulin & Olah 2016).
  public var overlapCounts: [Int] {
    var counts = [Int](repeating: 0, count: input)
    for position in 0..<output {
      for tap in taps(ofOutput: position) {
        counts[position * stride + tap * dilation - padBefore] += 1
      }
    }
    return counts
  }

  /// Trailing input positions that no window reads.
  public var unusedAfter: Int {
    guard output > 0 else { return input }
    return max(0, input - ((output - 1) * stride + extent - padBefore))
  }
}
