import GinghamTensors

/// Where a window's padding comes from.
public enum Padding: Hashable, Sendable {
  /// Elements added before and behind each spatial axis.
  case explicit(before: [Int], after: [Int])
  /// ⌈input/stride⌉ outputs; the odd element of padding goes behind the last one (TensorFlow's SAME).
  case sameUpper
  /// ⌈input/stride⌉ outputs; the odd element of padding goes before the first one.
  case sameLower
}

/// A sliding window over the spatial axes of a convolution or pool, before the input's size is known.
public struct Window: Hashable, Sendable {
  /// Taps along each axis.
  public var kernel: [Int]
  /// Elements between windows, along each axis.
  public var strides: [Int]
  /// Elements between taps, along each axis.
  public var dilations: [Int]
  /// Elements beyond the border.
  public var padding: Padding
  /// Whether the last window may begin inside the input and reach beyond its padding. Windows that would *begin*
  /// in the padding behind the input are dropped, as PyTorch does.
  public var ceilMode: Bool

  /// With the properties of the same names.
  public init(
    kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil, padding: Padding? = nil, ceilMode: Bool = false
  ) {
    let ones = [Int](repeating: 1, count: kernel.count)
    let zeros = [Int](repeating: 0, count: kernel.count)
    self.kernel = kernel
    self.strides = strides ?? ones
    self.dilations = dilations ?? ones
    self.padding = padding ?? .explicit(before: zeros, after: zeros)
    self.ceilMode = ceilMode
  }

  /// A square window with equal padding on all sides.
  public init(_ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false) {
    self.init(
      kernel: [kernel, kernel], strides: [stride, stride], dilations: [dilation, dilation],
      padding: .explicit(before: [padding, padding], after: [padding, padding]), ceilMode: ceilMode)
  }

  /// The window on each axis of an input with the given spatial extents.
  ///
  /// - Throws: ``ShapeError`` where the ranks differ, an attribute is out of range, or the input is smaller than the
  ///   window needs.
  public func axes(input spatial: [Int]) throws -> [AxisGeometry] {
    try checkAttributes(rank: spatial.count)
    return try spatial.indices.map { axis in
      let (input, stride) = (spatial[axis], strides[axis])
      var geometry = AxisGeometry(
        input: input, output: 0, kernel: kernel[axis], stride: stride, dilation: dilations[axis])
      switch padding {
      case .explicit(let before, let after):
        geometry.padBefore = before[axis]
        geometry.padAfter = after[axis]
        let room = input + before[axis] + after[axis] - geometry.extent
        guard room >= 0 else {
          throw ShapeError.inputTooSmall(extent: input, needed: geometry.extent - before[axis] - after[axis])
        }
        geometry.output = room / stride + 1
        if ceilMode, !room.isMultiple(of: stride), geometry.output * stride < input + before[axis] {
          geometry.output += 1
        }
      case .sameUpper, .sameLower:
        geometry.output = (input + stride - 1) / stride
        let total = max(0, (geometry.output - 1) * stride + geometry.extent - input)
        geometry.padBefore = padding == .sameUpper ? total / 2 : (total + 1) / 2
        geometry.padAfter = total - geometry.padBefore
      }
      return geometry
    }
  }

  /// The window on each axis of the input that a transposed convolution *produces* from `spatial`: swap `input` and
  /// `output` in mind. `outputSize`, where given, overrides the padding (ONNX `output_shape`).
  ///
  /// - Throws: ``ShapeError`` as ``axes(input:)``.
  public func transposedAxes(
    input spatial: [Int], outputPadding: [Int]? = nil, outputSize: [Int]? = nil
  ) throws -> [AxisGeometry] {
    try checkAttributes(rank: spatial.count)
    for list in [outputPadding, outputSize].compactMap({ $0 }) {
      guard list.count == spatial.count else { throw ShapeError.wrongRank(expected: spatial.count, found: list.count) }
      for value in list where !(0...Self.largest).contains(value) {
        throw ShapeError.badAttribute("an output padding or size of \(value) is out of range")
      }
    }
    return try spatial.indices.map { axis in
      let stride = strides[axis]
      var geometry = AxisGeometry(
        input: 0, output: spatial[axis], kernel: kernel[axis], stride: stride, dilation: dilations[axis])
      let extra = outputPadding?[axis] ?? 0
      let full = (spatial[axis] - 1) * stride + geometry.extent + extra
      let size: Int
      switch (outputSize?[axis], padding) {
      case (nil, .explicit(let before, let after)):
        geometry.padBefore = before[axis]
        geometry.padAfter = after[axis]
        geometry.input = full - before[axis] - after[axis]
        guard geometry.input > 0 else {
          throw ShapeError.inputTooSmall(extent: spatial[axis], needed: spatial[axis] + 1 - geometry.input)
        }
        return geometry
      case (let wanted?, _): size = wanted
      case (nil, .sameUpper), (nil, .sameLower): size = spatial[axis] * stride
      }
      // Padding may be negative where the wanted output is larger than what the kernel paints.
      let total = full - size
      let half = total >= 0 ? total / 2 : (total - 1) / 2
      geometry.padBefore = padding == .sameUpper ? half : total - half
      geometry.padAfter = total - geometry.padBefore
      geometry.input = size
      return geometry
    }
  }

  /// No kernel, stride, dilation or padding is larger: with extents as a bound network may have them, products of two
  /// stay far from overflow.
  private static let largest = 1 << 24

  private func checkAttributes(rank: Int) throws {
    for list in [kernel, strides, dilations] where list.count != rank {
      throw ShapeError.wrongRank(expected: rank, found: list.count)
    }
    if case .explicit(let before, let after) = padding {
      for list in [before, after] where list.count != rank {
        throw ShapeError.wrongRank(expected: rank, found: list.count)
      }
    }
    // Extents from a stranger's file: anything near overflow is refused before it is multiplied.
    for value in kernel + strides + dilations where !(1...Self.largest).contains(value) {
      throw ShapeError.badAttribute("window sizes, strides and dilations must lie in 1…2²⁴, found \(value)")
    }
    if case .explicit(let before, let after) = padding {
      for value in before + after where !(-Self.largest...Self.largest).contains(value) {
        throw ShapeError.badAttribute("padding \(value) is out of range")
      }
    }
  }
}

extension Window {
  /// Whether along some axis the taps fall on the phases of the stride in unequal numbers. Tap t falls on t·d mod s:
  /// evenly only where d and s share no factor and s divides the number of taps.
  public var readsUnevenly: Bool {
    kernel.indices.contains { axis in
      var (divisor, rest) = (strides[axis], dilations[axis] % strides[axis])
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      return strides[axis] > 1 && (divisor > 1 || !kernel[axis].isMultiple(of: strides[axis]))
    }
  }
}
