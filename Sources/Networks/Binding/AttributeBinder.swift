import GinghamTensors

/// Brings an operation into bound form: attributes that come in as constants are read, defaults are written out, and
/// axes are counted from the front. Inputs that became attributes are dropped.
struct AttributeBinder {
  private let nodeName: String
  private var inputs: [ValueID?]
  private let constants: [ValueID: Constant]
  private let shapes: [ValueID: Shape]
  private let outputCount: Int
  private let budget: Budget

  static func bound(
    _ node: Node, constants: [ValueID: Constant], shapes: [ValueID: Shape], budget: Budget
  ) throws -> Node {
    var binder = AttributeBinder(
      nodeName: node.name, inputs: node.inputs, constants: constants, shapes: shapes, outputCount: node.outputs.count,
      budget: budget)
    let operation = try binder.bind(node.operation)
    return Node(name: node.name, operation: operation, inputs: binder.inputs, outputs: node.outputs)
  }

  private func shape(_ index: Int) throws -> Shape {
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

  private func value(_ index: Int) -> ValueID? { index < inputs.count ? inputs[index] : nil }

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
      return .gather(axis: try checkedGatherAxis(axis))
    case .expand(let target):
      let wanted = try target ?? integers(1, "the shape to expand to") ?? []
      guard let shape = try shape(0).broadcast(with: Shape(wanted)), wanted.allSatisfy({ $0 >= 0 }) else {
        throw ShapeError.mismatch("\(try shape(0)) does not expand to \(Shape(wanted))")
      }
      try keepFirstInput()
      return .expand(shape: shape.dimensions)
    case .tile(let repeats):
      let counts = try repeats ?? integers(1, "the number of repeats") ?? []
      guard counts.allSatisfy({ (0...(1 << 24)).contains($0) }) else {
        throw ShapeError.badAttribute("repeats \(counts)")
      }
      try keepFirstInput()
      return .tile(repeats: counts)
    case .resize(let resize):
      let bound = try resize.bound(
        input: shape(0), region: floats(1, "the region"), scales: floats(2, "the scales"), sizes: integers(3, "sizes"))
      try keepFirstInput()
      return .resize(bound)
    case .dropout:
      inputs = [inputs.first ?? nil]
      return .dropout
    default:
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
      bound.ends?[axis] = clamped(ends[index], to: range)
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

  private func resolved(_ reshape: Reshape, input x: Shape) throws -> [Int] {
    guard var target = try reshape.shape ?? integers(1, "the shape of a reshape") else {
      throw ShapeError.mismatch("the target shape is missing")
    }
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

  /// Gathering reads memory at indices from the file: they are checked here, once.
  private func checkedGatherAxis(_ rawAxis: Int) throws -> Int {
    let x = try shape(0)
    let axis = try axis(rawAxis, rank: x.rank)
    guard let indices = try integers(1, "the indices of a gather", longest: .max) else {
      throw ShapeError.mismatch("the indices are missing")
    }
    for index in indices where !(-x[axis]..<x[axis]).contains(index) {
      throw ShapeError.mismatch("index \(index) outside axis \(axis) of \(x)")
    }
    return axis
  }
}
