import GinghamNetworks
import GinghamTensors

/// The tables of every operation that only moves elements.
extension KernelRequest {
  func slice<Scalar: ReferenceScalar>(_ slice: Slice) throws -> ViewKernel<Scalar> {
    let (input, output) = try (inputShape(0), outputShape())
    guard let starts = slice.starts, starts.count == input.rank, output.rank == input.rank else {
      throw unsupported("its bounds are not bound")
    }
    let steps = slice.steps ?? [Int](repeating: 1, count: input.rank)
    guard steps.count == input.rank else { throw unsupported("its steps are not bound") }
    return try view { axis, index in starts[axis] + index * steps[axis] }
  }

  func pad<Scalar: ReferenceScalar>(_ pad: Pad) throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    guard let before = pad.before, before.count == input.rank else { throw unsupported("its padding is not bound") }
    return try view(fill: pad.value) { axis, index in
      pad.mode.border.source(of: index - before[axis], count: input[axis])
    }
  }

  func expand<Scalar: ReferenceScalar>() throws -> ViewKernel<Scalar> {
    let (input, output) = try (inputShape(0), outputShape())
    let leading = output.rank - input.rank
    guard leading >= 0 else { throw unsupported("\(input) does not expand to \(output)") }
    return try tables(
      (0..<output.rank).map { axis in
        let isRepeated = axis < leading || input[axis - leading] == 1
        let stride = isRepeated ? 0 : input.strides[axis - leading]
        return (0..<output[axis]).map { $0 * stride }
      })
  }

  func tile<Scalar: ReferenceScalar>() throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    return try view { axis, index in index % input[axis] }
  }

  func transpose<Scalar: ReferenceScalar>(_ permutation: [Int]?) throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    let permutation = permutation ?? Array((0..<input.rank).reversed())
    guard permutation.sorted().elementsEqual(0..<input.rank) else {
      throw unsupported("\(permutation) does not permute the axes of \(input)")
    }
    return try tables(permutation.map { axis in (0..<input[axis]).map { $0 * input.strides[axis] } })
  }

  /// Indices are known when the kernel is made; negative ones count from the end.
  func gather<Scalar: ReferenceScalar>(axis: Int) throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    let axis = axis < 0 ? axis + input.rank : axis
    guard (0..<input.rank).contains(axis) else { throw unsupported("axis \(axis) lies outside \(input)") }
    guard let indices = constant(1)?.wholeNumbers else {
      throw unsupported("its indices are computed from pixels")
    }
    let places = indices.map { $0 < 0 ? $0 + input[axis] : $0 }
    guard places.allSatisfy((0..<input[axis]).contains) else {
      throw unsupported("an index lies outside axis \(axis) of \(input)")
    }
    return try tables(
      (0..<input.rank).map { own in
        (own == axis ? places : Array(0..<input[own])).map { $0 * input.strides[own] }
      })
  }

  /// Channel blocks become pixels: N×(C·b²)×H×W to N×C×(H·b)×(W·b).
  func depthToSpace<Scalar: ReferenceScalar>(_ block: Int, order: DepthOrder) throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    guard input.rank == 4, block > 0, input[1].isMultiple(of: block * block) else {
      throw unsupported("\(input) does not split into blocks of \(block)×\(block)")
    }
    let strides = input.strides
    let channels = input[1] / (block * block)
    let (channel, row, column) =
      switch order {
      case .depthFirst: (strides[1], block * channels * strides[1], channels * strides[1])
      case .columnFirst: (block * block * strides[1], block * strides[1], strides[1])
      }
    return try tables([
      (0..<input[0]).map { $0 * strides[0] },
      (0..<channels).map { $0 * channel },
      (0..<(input[2] * block)).map { $0 / block * strides[2] + $0 % block * row },
      (0..<(input[3] * block)).map { $0 / block * strides[3] + $0 % block * column },
    ])
  }

  /// Pixels become channel blocks: N×C×H×W to N×(b²·C)×(H/b)×(W/b), the block's row and column before the channel.
  func spaceToDepth<Scalar: ReferenceScalar>(_ block: Int) throws -> ViewKernel<Scalar> {
    let input = try inputShape(0)
    guard input.rank == 4, block > 0, input[2].isMultiple(of: block), input[3].isMultiple(of: block) else {
      throw unsupported("\(input) does not split into blocks of \(block)×\(block)")
    }
    let strides = input.strides
    return try tables([
      (0..<input[0]).map { $0 * strides[0] },
      (0..<(block * block * input[1])).map { index in
        let (position, channel) = index.quotientAndRemainder(dividingBy: input[1])
        return position / block * strides[2] + position % block * strides[3] + channel * strides[1]
      },
      (0..<(input[2] / block)).map { $0 * block * strides[2] },
      (0..<(input[3] / block)).map { $0 * block * strides[3] },
    ])
  }

  /// A view that keeps the axes apart: `place` says which input index stands behind an output index, or `nil`.
  private func view<Scalar: ReferenceScalar>(
    fill: Float = 0, _ place: (_ axis: Int, _ index: Int) -> Int?
  ) throws -> ViewKernel<Scalar> {
    let (input, output) = try (inputShape(0), outputShape())
    guard input.rank == output.rank else { throw unsupported("\(output) has other axes than \(input)") }
    return try tables(
      (0..<output.rank).map { axis in
        try (0..<output[axis]).map { index in
          guard let found = place(axis, index) else { return ViewKernel<Scalar>.outside }
          guard (0..<input[axis]).contains(found) else {
            throw unsupported("index \(found) lies outside axis \(axis) of \(input)")
          }
          return found * input.strides[axis]
        }
      }, fill: fill)
  }

  private func tables<Scalar: ReferenceScalar>(_ tables: [[Int]], fill: Float = 0) throws -> ViewKernel<Scalar> {
    let output = try outputShape()
    guard tables.reduce(1, { $0 * $1.count }) == output.elementCount else {
      throw unsupported("its output is not \(output)")
    }
    return ViewKernel(tables, fill: fill)
  }
}

extension Int {
  /// The remainder with the divisor's sign.
  fileprivate func remainder(by divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
