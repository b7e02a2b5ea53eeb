import GinghamTensors

/// Brings an operation into bound form: attributes that come in as constants are read, defaults are written out, and
/// axes are counted from the front. Inputs that became attributes are dropped.
struct AttributeBinder {
  private let nodeName: String
  private(set) var inputs: [ValueID?]
  let constants: [ValueID: Constant]
  private let shapes: [ValueID: Shape]
  private let outputCount: Int
  /// The network at the extents of its file, where those at hand are others.
  let exported: ExportedForm?
  private let budget: Budget

  static func bound(
    _ node: Node, constants: [ValueID: Constant], shapes: [ValueID: Shape], exported: ExportedForm?, budget: Budget
  ) throws -> Node {
    var binder = AttributeBinder(
      nodeName: node.name, inputs: node.inputs, constants: constants, shapes: shapes, outputCount: node.outputs.count,
      exported: exported, budget: budget)
    let operation = try binder.bind(node.operation)
    return Node(name: node.name, operation: operation, inputs: binder.inputs, outputs: node.outputs)
  }

  func shape(_ index: Int) throws -> Shape {
    guard index < inputs.count, let value = inputs[index], let shape = shapes[value] else {
      throw ShapeError.mismatch("input \(index) is missing")
    }
    return shape
  }

  /// Drops the inputs that became attributes.
  private mutating func keepFirstInput() throws {
    _ = try shape(0)
    inputs = [inputs[0]]
  }

  func value(_ index: Int) -> ValueID? { index < inputs.count ? inputs[index] : nil }

  /// No list of axes, extents or sizes is longer; indices of a gather may be.
  private static let longestList = 1 << 12

  /// What an optional attribute input holds; `nil` where it is absent.
  private func attribute(_ index: Int, _ what: String, longest: Int) throws -> Constant? {
    guard let value = value(index) else { return nil }
    guard let constant = constants[value] else { throw NetworkError.dynamic(node: nodeName, what: what) }
    let count = constant.shape.elementCount
    guard count <= longest else { throw ShapeError.badAttribute("\(what): \(count) numbers are too many") }
    // Every node may read the same long list.
    try budget.spend(count, on: .computedElements)
    return constant
  }

  /// The integers of an optional attribute input; `nil` where it is absent.
  private func integers(_ index: Int, _ what: String, longest: Int = Self.longestList) throws -> [Int]? {
    guard let constant = try attribute(index, what, longest: longest) else { return nil }
    guard let integers = constant.integers else { throw ShapeError.mismatch("\(what) must be integers") }
    return integers.elements
  }

  private func floats(_ index: Int, _ what: String) throws -> [Float]? {
    guard let constant = try attribute(index, what, longest: Self.longestList) else { return nil }
    return constant.tensor?.scalars ?? constant.integers?.elements.map(Float.init)
  }

  private func axis(_ axis: Int, rank: Int, upTo limit: Int? = nil) throws -> Int {
    let counted = axis < 0 ? axis + rank : axis
    guard (0..<(limit ?? rank)).contains(counted) else {
      throw ShapeError.badAttribute("axis \(axis) of \(rank) axes")
    }
    return counted
  }

  private mutating func bind(_ operation: Operation) throws -> Operation {
    switch operation {
    case .convolution(var convolution):
      try complete(&convolution.window, weight: shape(1))
      let axes = try convolution.window.axes(input: shape(0).spatial)
      convolution.window.padding = .explicit(before: axes.map(\.padBefore), after: axes.map(\.padAfter))
      return .convolution(convolution)
    case .transposedConvolution(var convolution):
      try complete(&convolution.window, weight: shape(1))
      let axes = try convolution.axes(input: shape(0).spatial)
      convolution.window.padding = .explicit(before: axes.map(\.padBefore), after: axes.map(\.padAfter))
      convolution.outputSize = nil
      return .transposedConvolution(convolution)
    case .maxPool(var pool):
      pool.window = try explicit(pool.window)
      return .maxPool(pool)
    case .averagePool(var pool):
      pool.window = try explicit(pool.window)
      return .averagePool(pool)
    case .layerNormalization(let axis, let epsilon):
      return .layerNormalization(axis: try self.axis(axis, rank: shape(0).rank), epsilon: epsilon)
    case .softmax(var softmax):
      let rank = max(try shape(0).rank, 1)
      softmax.axis = try axis(softmax.axis, rank: rank, upTo: softmax.flattensBehindAxis ? rank + 1 : rank)
      return .softmax(softmax)
    case .reduce(let reduction):
      return try bind(reduction)
    case .concatenate(let axis):
      return .concatenate(axis: try self.axis(axis, rank: shape(0).rank))
    case .split(let split):
      return try bind(split)
    case .slice(let slice):
      return try bind(slice)
    case .pad(let pad):
      return try bind(pad)
    case .transpose(let permutation):
      let rank = try shape(0).rank
      return .transpose(permutation: try permutation?.map { try axis($0, rank: rank) } ?? (0..<rank).reversed())
    case .reshape, .flatten, .squeeze, .unsqueeze:
      return .reshape(Reshape(shape: try reshapedShape(operation), allowsZero: true))
    case .gather(let axis):
      return try checkingIndices(.gather(axis: self.axis(axis, rank: shape(0).rank)))
    case .gatherElements(let axis):
      return try checkingIndices(.gatherElements(axis: self.axis(axis, rank: shape(0).rank)))
    case .scatterElements(let axis, let scattering):
      return try checkingIndices(.scatterElements(axis: self.axis(axis, rank: shape(0).rank), scattering))
    case .gatherSlices, .scatterSlices: return try checkingIndices(operation)
    case .cumulativeSum(var sum):
      guard let given = try sum.axis ?? integers(1, "the axis of a running sum")?.first else {
        throw ShapeError.mismatch("the axis is missing")
      }
      sum.axis = try axis(given, rank: shape(0).rank)
      inputs = [inputs[0]]
      return .cumulativeSum(sum)
    case .topK(var top):
      top.axis = try axis(top.axis, rank: shape(0).rank)
      top.count = try top.count ?? integers(1, "the number of largest elements")?.first
      inputs = [inputs[0]]
      return .topK(top)
    case .extremePlace(var place):
      place.axis = try axis(place.axis, rank: shape(0).rank)
      return .extremePlace(place)
    case .range, .constantOfShape:
      for case let value? in inputs where constants[value] == nil {
        throw NetworkError.dynamic(node: nodeName, what: "the number of elements that its output has")
      }
      return operation
    case .nonZero, .unique:
      guard let value = value(0), constants[value] != nil else {
        throw NetworkError.dynamic(node: nodeName, what: "the number of elements that its output has")
      }
      return operation
    case .align(let axis):
      let target = try alignedShape(axis: axis)
      inputs = [inputs[0]]
      return .reshape(Reshape(shape: target, allowsZero: true))
    case .expand(let target):
      let wanted = try rederived(target ?? integers(1, "the shape to expand to") ?? [], "the shape to expand to")
      guard let shape = try shape(0).broadcast(with: Shape(wanted)), wanted.allSatisfy({ $0 >= 0 }) else {
        throw ShapeError.mismatch("\(try shape(0)) does not expand to \(Shape(wanted))")
      }
      try keepFirstInput()
      return .expand(shape: shape.dimensions)
    case .tile(let repeats):
      let counts = try rederivedRepeats(repeats ?? integers(1, "the number of repeats") ?? [])
      guard counts.allSatisfy({ (0...(1 << 24)).contains($0) }) else {
        throw ShapeError.badAttribute("repeats \(counts)")
      }
      try keepFirstInput()
      return .tile(repeats: counts)
    case .resize(let resize):
      let bound = try rederived(resize).bound(
        input: shape(0), region: floats(1, "the region"), scales: floats(2, "the scales"), sizes: integers(3, "sizes"))
      try keepFirstInput()
      return .resize(bound)
    case .dropout:
      inputs = [inputs.first ?? nil]
      return .dropout
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .instanceNormalization, .groupNormalization, .localResponseNormalization, .matrixMultiply,
      .generalMatrixMultiply, .depthToSpace, .spaceToDepth, .gridSample, .regionAlign, .identity, .cast, .quantize,
      .dynamicQuantize, .determinant, .shapeOf, .sizeOf, .random, .branch, .loop, .missing:
      return operation
    }
  }

  private func explicit(_ window: Window) throws -> Window {
    var window = window
    let axes = try window.axes(input: shape(0).spatial)
    window.padding = .explicit(before: axes.map(\.padBefore), after: axes.map(\.padAfter))
    return window
  }

  /// A window whose kernel the file leaves to the weight's shape.
  private func complete(_ window: inout Window, weight: Shape) throws {
    guard window.kernel.isEmpty else { return }
    let ones = [Int](repeating: 1, count: weight.spatial.count)
    let zeros = [Int](repeating: 0, count: weight.spatial.count)
    window.kernel = weight.spatial
    if window.strides.isEmpty { window.strides = ones }
    if window.dilations.isEmpty { window.dilations = ones }
    if case .explicit(let before, _) = window.padding, before.isEmpty {
      window.padding = .explicit(before: zeros, after: zeros)
    }
  }

  private mutating func bind(_ reduction: Reduction) throws -> Operation {
    let rank = try shape(0).rank
    let axes: [Int]
    switch reduction.axes {
    case .all: axes = Array(0..<rank)
    case .spatial:
      guard rank >= 3 else { throw ShapeError.wrongRank(expected: 4, found: rank) }
      axes = Array(2..<rank)
    case .listed(let listed): axes = try listed.map { try axis($0, rank: rank) }
    case .fromInput(let emptyMeansNone):
      let given = try integers(1, "the axes") ?? []
      axes = given.isEmpty ? (emptyMeansNone ? [] : Array(0..<rank)) : try given.map { try axis($0, rank: rank) }
    }
    try checkReduction(axes)
    try keepFirstInput()
    return .reduce(Reduction(reduction.kind, axes: .listed(axes.sorted()), keepsDimensions: reduction.keepsDimensions))
  }

  private mutating func bind(_ split: Split) throws -> Operation {
    let x = try shape(0)
    let axis = try axis(split.axis, rank: x.rank)
    var sizes = try split.sizes ?? integers(1, "the sizes of a split")
    if sizes == nil {
      let part = (x[axis] + outputCount - 1) / outputCount
      sizes = (0..<outputCount).map { max(0, min(part, x[axis] - $0 * part)) }
    }
    try keepFirstInput()
    return .split(Split(axis: axis, sizes: sizes))
  }

  private mutating func bind(_ slice: Slice) throws -> Operation {
    let x = try shape(0)
    let starts = try slice.starts ?? integers(1, "the start of a slice") ?? []
    let ends = try slice.ends ?? integers(2, "the end of a slice") ?? []
    let axes = try slice.axes ?? integers(3, "the axes of a slice") ?? Array(starts.indices)
    let steps = try slice.steps ?? integers(4, "the step of a slice") ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count,
      !steps.contains(0), !steps.contains(.min)
    else { throw ShapeError.badAttribute("a slice with starts \(starts), ends \(ends), axes \(axes), steps \(steps)") }
    var bound = Slice(
      starts: [Int](repeating: 0, count: x.rank), ends: x.dimensions, axes: Array(0..<x.rank),
      steps: [Int](repeating: 1, count: x.rank))
    for (index, rawAxis) in axes.enumerated() {
      let axis = try axis(rawAxis, rank: x.rank)
      let (extent, step) = (x[axis], steps[index])
      func clamped(_ position: Int, to range: ClosedRange<Int>) -> Int {
        let counted = position < 0 ? position.addingReportingOverflow(extent).partialValue : position
        return min(max(counted, range.lowerBound), range.upperBound)
      }
      let range = step > 0 ? 0...extent : -1...max(extent - 1, -1)
      bound.starts?[axis] = clamped(starts[index], to: range)
      bound.ends?[axis] = clamped(
        try rederivedEnd(ends[index], start: starts[index], step: step, axis: axis, isWritten: slice.ends != nil),
        to: range)
      bound.steps?[axis] = min(max(step, -extent - 1), extent + 1)
    }
    try keepFirstInput()
    return .slice(bound)
  }

  private mutating func bind(_ pad: Pad) throws -> Operation {
    let rank = try shape(0).rank
    var bound = pad
    if pad.before == nil {
      let amounts = try integers(1, "the amount of padding") ?? []
      let axes = try integers(3, "the axes of padding")?.map { try axis($0, rank: rank) } ?? Array(0..<rank)
      guard amounts.count == 2 * axes.count else {
        throw ShapeError.badAttribute("\(amounts.count) amounts of padding for \(axes.count) axes")
      }
      var before = [Int](repeating: 0, count: rank)
      var after = before
      for (index, axis) in axes.enumerated() {
        before[axis] = amounts[index]
        after[axis] = amounts[index + axes.count]
      }
      (bound.before, bound.after) = (before, after)
      if let value = try floats(2, "the padding value")?.first { bound.value = value }
    }
    try keepFirstInput()
    return .pad(bound)
  }

  /// The target of any operation that only renames positions.
  private mutating func reshapedShape(_ operation: Operation) throws -> [Int] {
    let x = try shape(0)
    let target: [Int]
    switch operation {
    case .reshape(let reshape):
      target = try resolved(reshape, input: x)
    case .flatten(let rawAxis):
      let axis = try axis(rawAxis, rank: x.rank, upTo: x.rank + 1)
      target = [x.dimensions[..<axis].reduce(1, *), x.dimensions[axis...].reduce(1, *)]
    case .squeeze(let attribute):
      let axes = try (attribute ?? integers(1, "the axes"))?.map { try axis($0, rank: x.rank) }
      for axis in axes ?? [] where x[axis] != 1 {
        throw ShapeError.mismatch("axis \(axis) of \(x) cannot be squeezed away")
      }
      target = x.dimensions.enumerated().filter { axes?.contains($0.offset) == false || axes == nil && $0.element != 1 }
        .map(\.element)
    case .unsqueeze(let attribute):
      let axes = try attribute ?? integers(1, "the axes") ?? []
      let rank = x.rank + axes.count
      guard rank <= Shape.maximumRankInFiles else { throw ShapeError.badAttribute("\(rank) axes are too many") }
      let inserted = Set(try axes.map { try axis($0, rank: rank) })
      guard inserted.count == axes.count else { throw ShapeError.badAttribute("axes \(axes) repeat") }
      var remaining = x.dimensions.makeIterator()
      target = (0..<rank).map { inserted.contains($0) ? 1 : remaining.next() ?? 1 }
    default:
      target = x.dimensions
    }
    try keepFirstInput()
    return target
  }

  private func alignedShape(axis rawAxis: Int) throws -> [Int] {
    let (list, x) = (try shape(0), try shape(1))
    if list.elementCount == 1 { return [] }
    if list.rank == x.rank, list.rank > 1 { return list.dimensions }
    let axis = try axis(rawAxis, rank: x.rank)
    guard list.rank == 1 else {
      throw ShapeError.mismatch("\(list) does not lie along axis \(axis) of \(x)")
    }
    return [list[0]] + [Int](repeating: 1, count: x.rank - 1 - axis)
  }

  private func resolved(_ reshape: Reshape, input x: Shape) throws -> [Int] {
    guard let target = try reshape.shape ?? integers(1, "the shape of a reshape") else {
      throw ShapeError.mismatch("the target shape is missing")
    }
    if let old = changedShape(isWritten: reshape.shape != nil, attribute: 1),
      let written = try? resolved(target, reshape, input: old)
    {
      if let derived = exported?.reshaped(written, from: old, to: x),
        Shape(derived).checkedElementCount == x.elementCount
      {
        return derived
      }
      guard target.contains(-1), let open = try? resolved(target, reshape, input: x) else {
        throw ShapeError.fixedExtent("the target \(Shape(written)) of a reshape", exported: old, found: x)
      }
      return open
    }
    return try resolved(target, reshape, input: x)
  }

  private func resolved(_ target: [Int], _ reshape: Reshape, input x: Shape) throws -> [Int] {
    var target = target
    for (index, extent) in target.enumerated() where extent == 0 && !reshape.allowsZero {
      guard index < x.rank else { throw ShapeError.badAttribute("0 copies axis \(index) of \(x)") }
      target[index] = x[index]
    }
    let open = target.indices.filter { target[$0] == -1 }
    guard open.count <= 1, target.allSatisfy({ $0 >= -1 }) else {
      throw ShapeError.badAttribute("the target shape \(target)")
    }
    if let open = open.first {
      let rest = Shape(target.enumerated().filter { $0.offset != open }.map(\.element)).checkedElementCount ?? 0
      guard rest > 0, x.elementCount.isMultiple(of: rest) else {
        throw ShapeError.mismatch("\(x) cannot be seen as \(target)")
      }
      target[open] = x.elementCount / rest
    }
    return target
  }

  /// Gathering and scattering reach into memory at indices. Ones from the file are checked here, once, others where
  /// they are computed.
  private func checkingIndices(_ operation: Operation) throws -> Operation {
    let (x, indices) = (try shape(0), try shape(1))
    // The shapes must agree before anything is worked out from them.
    _ = try operation.outputShapes(
      inputs: inputs.map { $0.flatMap { shapes[$0] } }, outputCount: outputCount, limits: budget.limits)
    guard let value = value(1), let constant = constants[value] else { return operation }
    guard let known = constant.wholeNumbers else { throw ShapeError.mismatch("the indices must be integers") }
    // Along one axis all indices count alike; no table of every run is needed.
    if case .gather(let axis) = operation {
      for index in known where !(-x[axis]..<x[axis]).contains(index) {
        throw ShapeError.mismatch("index \(index) outside axis \(axis) of \(x)")
      }
    } else {
      _ = try operation.indexedRuns(of: x, indices: indices)?.starts(known)
    }
    return operation
  }
}
