import GinghamTensors

extension Operation {
  /// What ``outputShapes(inputs:outputCount:limits:)`` checks. Also the place where operands are checked against each
  /// other, so that engines may rely on them.
  ///
  /// - Throws: ``ShapeError``.
  func inferredShapes(inputs: [Shape?], outputCount: Int) throws -> [Shape] {
    func input(_ index: Int) throws -> Shape {
      guard index < inputs.count, let shape = inputs[index] else {
        throw ShapeError.mismatch("input \(index) is missing")
      }
      return shape
    }
    func optional(_ index: Int) -> Shape? { index < inputs.count ? inputs[index] : nil }

    switch self {
    case .convolution(let convolution):
      return [try convolution.outputShape(input: input(0), weight: input(1), bias: optional(2))]
    case .transposedConvolution(let convolution):
      return [try convolution.outputShape(input: input(0), weight: input(1), bias: optional(2))]
    case .maxPool(let pool):
      // The second output, where there is one, is the place of each maximum.
      return [Shape](repeating: try pool.window.pooledShape(input: input(0)), count: min(max(outputCount, 1), 2))
    case .averagePool(let pool):
      return [try pool.window.pooledShape(input: input(0))]
    case .pointwise, .identity, .cast, .dropout:
      return [try input(0)]
    case .parametricReLU:
      let (x, slope) = (try input(0), try input(1))
      guard x.broadcast(with: slope) == x else { throw ShapeError.mismatch("slope \(slope) does not fit \(x)") }
      return [x]
    case .elementwise(let kind):
      guard !inputs.isEmpty else { throw ShapeError.mismatch("\(kind.rawValue) needs at least one input") }
      return [try broadcast(inputs.indices.map(input))]
    case .select:
      return [try broadcast([input(0), input(1), input(2)])]
    case .pixelNormalization(let normalization):
      var shape = try input(0)
      let sources = normalization.source
      guard shape.rank >= 2, sources.allSatisfy({ (0..<shape[1]).contains($0) }),
        normalization.scale.count == sources.count, normalization.shift.count == sources.count
      else {
        throw ShapeError.mismatch("the network takes \(sources.count) channels, the input is \(shape)")
      }
      shape[1] = sources.count
      return [shape]
    case .batchNormalization:
      let x = try input(0)
      guard x.rank >= 1 else { throw ShapeError.wrongRank(expected: 4, found: x.rank) }
      // A list of numbers is a batch of one channel.
      for index in 1...4 { try requireVector(input(index), count: x.rank == 1 ? 1 : x[1], "parameter \(index)") }
      return [x]
    case .instanceNormalization:
      let x = try input(0)
      guard x.rank >= 3 else { throw ShapeError.wrongRank(expected: 4, found: x.rank) }
      for index in 1...2 { try requireVector(input(index), count: x[1], "parameter \(index)") }
      return [x]
    case .groupNormalization(let groups, _):
      let x = try input(0)
      guard x.rank >= 3, groups > 0, x[1].isMultiple(of: groups) else {
        throw ShapeError.mismatch("\(x) does not split into \(groups) groups")
      }
      for index in 1...2 {
        let parameter = try input(index)
        guard parameter == [groups] || parameter == [x[1]] else {
          throw ShapeError.mismatch("parameter \(index) is \(parameter), expected \(groups) or \(x[1])")
        }
      }
      return [x]
    case .layerNormalization(let axis, _):
      let x = try input(0)
      guard (0..<x.rank).contains(axis) else { throw ShapeError.badAttribute("axis \(axis) of \(x)") }
      let normalized = Shape(Array(x.dimensions[axis...]))
      for parameter in [try input(1), optional(2)].compactMap({ $0 })
      where normalized.broadcast(with: parameter) != normalized {
        throw ShapeError.mismatch("parameter \(parameter) does not fit \(normalized)")
      }
      // Mean and inverse deviation may follow.
      let statistics = Shape(x.dimensions.enumerated().map { $0.offset < axis ? $0.element : 1 })
      return [x] + [Shape](repeating: statistics, count: min(max(outputCount - 1, 0), 2))
    case .localResponseNormalization(let normalization):
      let x = try input(0)
      guard x.rank >= 3, normalization.size > 0 else { throw ShapeError.wrongRank(expected: 4, found: x.rank) }
      return [x]
    case .reduce(let reduction):
      return [try reduction.outputShape(input: input(0))]
    case .matrixMultiply:
      return [try matrixProduct(input(0), input(1))]
    case .generalMatrixMultiply(let multiply):
      return [try multiply.outputShape(a: input(0), b: input(1), c: optional(2))]
    case .softmax(let softmax):
      let x = try input(0)
      guard (0...max(x.rank - 1, 0)).contains(softmax.axis) || softmax.flattensBehindAxis && softmax.axis == x.rank
      else { throw ShapeError.badAttribute("axis \(softmax.axis) of \(x)") }
      return [x]
    case .concatenate(let axis):
      return [try concatenated(inputs.indices.map(input), axis: axis)]
    case .split(let split):
      return try split.outputShapes(input: input(0), outputCount: outputCount)
    case .slice(let slice):
      return [try slice.outputShape(input: input(0))]
    case .pad(let pad):
      return [try pad.outputShape(input: input(0))]
    case .transpose(let permutation):
      let x = try input(0)
      guard let permutation, permutation.sorted() == Array(0..<x.rank) else {
        throw ShapeError.badAttribute("the permutation \(permutation ?? []) does not order \(x.rank) axes")
      }
      return [Shape(permutation.map { x[$0] })]
    case .reshape(let reshape):
      let x = try input(0)
      guard let shape = reshape.shape.map(Shape.init), shape.checkedElementCount == x.elementCount else {
        throw ShapeError.mismatch("\(x) cannot be seen as \(Shape(reshape.shape ?? []))")
      }
      return [shape]
    case .gather(let axis):
      let (x, indices) = (try input(0), try input(1))
      guard (0..<x.rank).contains(axis) else { throw ShapeError.badAttribute("axis \(axis) of \(x)") }
      return [Shape(Array(x.dimensions[..<axis]) + indices.dimensions + Array(x.dimensions[(axis + 1)...]))]
    case .gatherElements(let axis): return [try gatheredElements(input(0), input(1), axis: axis)]
    case .gatherSlices(let batchAxes): return [try gatheredSlices(input(0), input(1), batchAxes: batchAxes)]
    case .scatterElements(let axis, _):
      let named = try gatheredElements(input(0), input(1), axis: axis)
      return [try scattered(input(0), input(1), input(2), onto: named)]
    case .scatterSlices:
      let named = try gatheredSlices(input(0), input(1), batchAxes: 0)
      return [try scattered(input(0), input(1), input(2), onto: named)]
    case .gridSample(let sample): return [try sample.outputShape(input: input(0), grid: input(1))]
    case .regionAlign(let align):
      return [try align.outputShape(input: input(0), regions: input(1), pictures: input(2))]
    case .cumulativeSum(let sum):
      let x = try input(0)
      guard let axis = sum.axis, (0..<x.rank).contains(axis) else { throw ShapeError.badAttribute("axis of \(x)") }
      return [x]
    case .topK(let top): return try top.outputShapes(input: input(0), outputCount: outputCount)
    case .extremePlace(let place): return [try place.outputShape(input: input(0))]
    case .quantize:
      let x = try input(0)
      for parameter in [try input(1), optional(2)].compactMap({ $0 }) where x.broadcast(with: parameter) != x {
        throw ShapeError.mismatch("a scale or zero point of \(parameter) does not fit \(x)")
      }
      return [x]
    case .dynamicQuantize:
      guard try input(0).elementCount > 0 else { throw ShapeError.mismatch("there is nothing to take a range from") }
      return [try input(0), [], []]
    case .determinant:
      let x = try input(0)
      guard x.rank >= 2, x[x.rank - 1] == x[x.rank - 2] else {
        throw ShapeError.mismatch("\(x) holds no square matrices")
      }
      return [Shape(Array(x.dimensions.dropLast(2)))]
    case .expand(let target):
      let x = try input(0)
      guard let target, let shape = x.broadcast(with: Shape(target)) else {
        throw ShapeError.mismatch("\(x) does not expand to \(Shape(target ?? []))")
      }
      return [shape]
    case .tile(let repeats):
      let x = try input(0)
      guard let repeats, repeats.count == x.rank, repeats.allSatisfy({ (0...(1 << 24)).contains($0) }) else {
        throw ShapeError.badAttribute("repeats \(repeats ?? []) of \(x)")
      }
      return [Shape(zip(x.dimensions, repeats).map { $0 * $1 })]
    case .resize(let resize):
      let x = try input(0)
      guard let sizes = resize.sizes, sizes.count == x.rank else {
        throw ShapeError.mismatch("resize has no output size")
      }
      return [Shape(sizes)]
    case .depthToSpace(let block, _):
      let x = try input(0)
      guard x.rank == 4, (1...4096).contains(block), x[1].isMultiple(of: block * block) else {
        throw ShapeError.mismatch("\(x) has no \(block)×\(block) blocks of channels")
      }
      return [[x[0], x[1] / (block * block), x[2] * block, x[3] * block]]
    case .spaceToDepth(let block):
      let x = try input(0)
      guard x.rank == 4, (1...4096).contains(block), x[2].isMultiple(of: block), x[3].isMultiple(of: block) else {
        throw ShapeError.mismatch("\(x) does not split into \(block)×\(block) blocks")
      }
      return [[x[0], x[1] * block * block, x[2] / block, x[3] / block]]
    case .shapeOf, .sizeOf, .constantOfShape, .range, .flatten, .squeeze, .unsqueeze, .align, .nonZero, .unique,
      .random, .branch, .loop, .missing:
      throw ShapeError.mismatch("\(self) should have been folded")
    }
  }
}

private func requireVector(_ shape: Shape, count: Int, _ what: String) throws {
  guard shape == [count] else { throw ShapeError.mismatch("\(what) is \(shape), expected \(count)") }
}

private func broadcast(_ shapes: [Shape]) throws -> Shape {
  try shapes.dropFirst().reduce(shapes[0]) { result, shape in
    guard let next = result.broadcast(with: shape) else {
      throw ShapeError.mismatch("\(result) and \(shape) do not broadcast")
    }
    return next
  }
}

private func concatenated(_ shapes: [Shape], axis: Int) throws -> Shape {
  guard var result = shapes.first, (0..<result.rank).contains(axis) else {
    throw ShapeError.badAttribute("axis \(axis)")
  }
  for shape in shapes.dropFirst() {
    guard shape.rank == result.rank,
      result.dimensions.indices.allSatisfy({ $0 == axis || shape[$0] == result[$0] })
    else { throw ShapeError.mismatch("\(result) and \(shape) do not join along axis \(axis)") }
    result[axis] += shape[axis]
  }
  return result
}

/// NumPy's matmul: vectors are promoted, leading axes broadcast.
private func matrixProduct(_ a: Shape, _ b: Shape) throws -> Shape {
  guard a.rank >= 1, b.rank >= 1 else { throw ShapeError.wrongRank(expected: 2, found: 0) }
  let left = a.rank == 1 ? Shape([1] + a.dimensions) : a
  let right = b.rank == 1 ? Shape(b.dimensions + [1]) : b
  guard left[left.rank - 1] == right[right.rank - 2],
    let batch = Shape(Array(left.dimensions.dropLast(2))).broadcast(with: Shape(Array(right.dimensions.dropLast(2))))
  else { throw ShapeError.mismatch("\(a) and \(b) do not multiply") }
  var result = batch.dimensions
  if a.rank > 1 { result.append(left[left.rank - 2]) }
  if b.rank > 1 { result.append(right[right.rank - 1]) }
  return Shape(result)
}

extension Convolution {
  /// N×Cout×spatial from x (N×Cin×spatial) and a weight (Cout×Cin/groups×kernel).
  func outputShape(input: Shape, weight: Shape, bias: Shape?) throws -> Shape {
    guard input.rank >= 3 else { throw ShapeError.wrongRank(expected: 4, found: input.rank) }
    guard weight.rank == input.rank, groups > 0, weight[0].isMultiple(of: groups), weight[0] > 0,
      weight[1].multipliedReportingOverflow(by: groups) == (input[1], false), weight.spatial == window.kernel
    else {
      throw ShapeError.mismatch(
        "the weight \(weight) with \(groups) group\(groups == 1 ? "" : "s") does not fit the input \(input)")
    }
    if let bias { try requireVector(bias, count: weight[0], "the bias") }
    return Shape([input[0], weight[0]] + (try window.axes(input: input.spatial)).map(\.output))
  }
}

extension TransposedConvolution {
  /// The geometry of each axis, with the roles as in ``Window/transposedAxes(input:outputPadding:outputSize:)``.
  public func axes(input spatial: [Int]) throws -> [AxisGeometry] {
    try window.transposedAxes(input: spatial, outputPadding: outputPadding, outputSize: outputSize)
  }

  /// N×Cout×spatial from x (N×Cin×spatial) and a weight (Cin×Cout/groups×kernel).
  func outputShape(input: Shape, weight: Shape, bias: Shape?) throws -> Shape {
    guard input.rank >= 3 else { throw ShapeError.wrongRank(expected: 4, found: input.rank) }
    let (channels, overflow) = weight.rank >= 2 ? weight[1].multipliedReportingOverflow(by: groups) : (0, true)
    guard weight.rank == input.rank, groups > 0, !overflow, channels > 0, weight[0] == input[1],
      input[1].isMultiple(of: groups), weight.spatial == window.kernel
    else {
      throw ShapeError.mismatch(
        "the weight \(weight) with \(groups) group\(groups == 1 ? "" : "s") does not fit the input \(input)")
    }
    if let bias { try requireVector(bias, count: channels, "the bias") }
    return Shape([input[0], channels] + (try axes(input: input.spatial)).map(\.input))
  }
}

extension Window {
  fileprivate func pooledShape(input: Shape) throws -> Shape {
    guard input.rank >= 3 else { throw ShapeError.wrongRank(expected: 4, found: input.rank) }
    let axes = try axes(input: input.spatial)
    if case .explicit(let before, let after) = padding {
      // A window that lies wholly in the padding has no maximum.
      for (axis, geometry) in axes.enumerated() {
        guard (0..<geometry.extent).contains(before[axis]), (0..<geometry.extent).contains(after[axis]) else {
          throw ShapeError.badAttribute("padding \(before[axis]), \(after[axis]) for a pool of \(kernel[axis])")
        }
      }
    }
    return Shape([input[0], input[1]] + axes.map(\.output))
  }
}

extension Reduction {
  fileprivate func outputShape(input: Shape) throws -> Shape {
    guard case .listed(let axes) = axes, axes.allSatisfy({ (0..<input.rank).contains($0) }),
      Set(axes).count == axes.count
    else { throw ShapeError.badAttribute("axes of a reduction of \(input)") }
    if keepsDimensions {
      return Shape(input.dimensions.enumerated().map { axes.contains($0.offset) ? 1 : $0.element })
    }
    return Shape(input.dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
  }
}

extension GeneralMatrixMultiply {
  fileprivate func outputShape(a: Shape, b: Shape, c: Shape?) throws -> Shape {
    guard a.rank == 2 || a.rank > 2 && !transposesA, b.rank == 2 else {
      throw ShapeError.wrongRank(expected: 2, found: b.rank == 2 ? a.rank : b.rank)
    }
    let (rows, inner) = transposesA ? ([a[1]], a[0]) : (Array(a.dimensions.dropLast()), a[a.rank - 1])
    let (otherInner, columns) = transposesB ? (b[1], b[0]) : (b[0], b[1])
    guard inner == otherInner else { throw ShapeError.mismatch("\(a) and \(b) do not multiply") }
    let result = Shape(rows + [columns])
    if let c, result.broadcast(with: c) != result { throw ShapeError.mismatch("the bias \(c) does not fit \(result)") }
    return result
  }
}

extension Split {
  fileprivate func outputShapes(input: Shape, outputCount: Int) throws -> [Shape] {
    guard (0..<input.rank).contains(axis), let sizes, sizes.count == outputCount, sizes.allSatisfy({ $0 >= 0 }),
      sizes.reduce(0, { $0.addingReportingOverflow($1).partialValue }) == input[axis]
    else { throw ShapeError.mismatch("\(input) does not split into \(sizes ?? []) along axis \(axis)") }
    return sizes.map { size in
      var shape = input
      shape[axis] = size
      return shape
    }
  }
}

extension Slice {
  /// Elements taken along each axis of a slice in bound form.
  public var counts: [Int] {
    guard let starts, let ends, let steps else { return [] }
    return starts.indices.map { axis in
      let (distance, step) = (ends[axis] - starts[axis], steps[axis])
      return step > 0 ? max(0, (distance + step - 1) / step) : max(0, (distance + step + 1) / step)
    }
  }

  fileprivate func outputShape(input: Shape) throws -> Shape {
    guard starts?.count == input.rank, ends?.count == input.rank, steps?.count == input.rank else {
      throw ShapeError.badAttribute("a slice of \(input)")
    }
    return Shape(counts)
  }
}

extension Pad {
  fileprivate func outputShape(input: Shape) throws -> Shape {
    guard let before, let after, before.count == input.rank, after.count == input.rank else {
      throw ShapeError.badAttribute("padding of \(input)")
    }
    return Shape(
      try input.dimensions.indices.map { axis in
        let extent = input[axis]
        for amount in [before[axis], after[axis]] {
          let limit = mode == .reflect ? extent - 1 : mode == .wrap ? extent : 1 << 24
          guard amount <= limit, amount >= -extent, extent > 0 || amount <= 0 || mode == .constant else {
            throw ShapeError.badAttribute("\(mode.rawValue) padding of \(amount) for an extent of \(extent)")
          }
        }
        let result = extent + before[axis] + after[axis]
        guard result >= 0 else { throw ShapeError.badAttribute("padding crops more than the extent of \(extent)") }
        return result
      })
  }
}
