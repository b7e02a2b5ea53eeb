import GinghamTensors

/// How an update meets the element that it is written to (ONNX ScatterElements and ScatterND).
public enum Scattering: String, Hashable, Sendable, CaseIterable {
  /// The last update in row-major order stays.
  case replace
  case add, multiply, minimum, maximum
}

/// Where indices that are data lead. Indices come in tuples; each tuple names a run of neighbouring elements of x: one
/// element for GatherElements, a row for Gather and GatherND. Gathering writes the runs one behind the other, scattering
/// writes updates, which lie like that, into them.
public struct IndexedRuns: Sendable {
  /// Elements of a run.
  public let length: Int
  /// Of each tuple: which of the indices is its first, and where in x its run begins when all its indices are zero.
  public let firsts: [Int]
  /// Of each run's first element.
  public let bases: [Int]
  /// Of each index of a tuple: what one step adds, and the extent of the axis it counts along.
  public let strides: [Int]
  /// Of the runs.
  public let extents: [Int]

  /// Of the runs.
  public var count: Int { bases.count }

  /// The element of x that a tuple's run begins with, or `nil` where an index lies outside its axis. Negative indices
  /// count from the end.
  @inline(__always)
  public func start(_ tuple: Int, _ index: (Int) -> Int?) -> Int? {
    var place = bases[tuple]
    for part in strides.indices {
      guard let given = index(firsts[tuple] + part) else { return nil }
      let counted = given < 0 ? given + extents[part] : given
      guard counted >= 0, counted < extents[part] else { return nil }
      place += counted * strides[part]
    }
    return place
  }

  /// The starts of all runs for indices that are known.
  ///
  /// - Throws: ``ShapeError/mismatch(_:)`` for an index outside its axis.
  public func starts(_ indices: [Int]) throws -> [Int] {
    try bases.indices.map { tuple in
      guard let start = start(tuple, { indices[$0] }) else {
        let outliers = extents.indices.map { "\(indices[firsts[tuple] + $0]) of \(extents[$0])" }
        throw ShapeError.mismatch("an index lies outside its axis: \(outliers.joined(separator: ", "))")
      }
      return start
    }
  }

  /// Gather: whole slices along an axis, for indices of any shape.
  public static func alongAxis(_ axis: Int, of x: Shape, indices: Shape) -> IndexedRuns {
    let inner = x.dimensions[(axis + 1)...].reduce(1, *)
    let outer = x.dimensions[..<axis].reduce(1, *)
    let count = indices.elementCount
    return IndexedRuns(
      length: inner, firsts: (0..<outer).flatMap { _ in 0..<count },
      bases: (0..<outer).flatMap { [Int](repeating: $0 * x[axis] * inner, count: count) }, strides: [inner],
      extents: [x[axis]])
  }

  /// GatherElements and ScatterElements: each index stands for one element, at its own place on all axes but one.
  public static func elements(along axis: Int, of x: Shape, indices: Shape) -> IndexedRuns {
    let strides = x.strides
    let bases = indices.dimensions.enumerated().reduce([0]) { starts, item in
      let stride = item.offset == axis ? 0 : strides[item.offset]
      return starts.flatMap { start in (0..<item.element).map { start + $0 * stride } }
    }
    return IndexedRuns(
      length: 1, firsts: Array(bases.indices), bases: bases, strides: [strides[axis]], extents: [x[axis]])
  }

  /// GatherND and ScatterND: the last axis of the indices holds tuples, behind axes that both share.
  public static func slices(batchAxes: Int, of x: Shape, indices: Shape) -> IndexedRuns {
    let width = indices[indices.rank - 1]
    let strides = x.strides
    let batches = x.dimensions[..<batchAxes].reduce(1, *)
    let batchStride = x.dimensions[batchAxes...].reduce(1, *)
    let perBatch = indices.dimensions[batchAxes..<(indices.rank - 1)].reduce(1, *)
    return IndexedRuns(
      length: x.dimensions[(batchAxes + width)...].reduce(1, *),
      firsts: (0..<(batches * perBatch)).map { $0 * width },
      bases: (0..<batches).flatMap { [Int](repeating: $0 * batchStride, count: perBatch) },
      strides: Array(strides[batchAxes..<(batchAxes + width)]),
      extents: Array(x.dimensions[batchAxes..<(batchAxes + width)]))
  }
}

extension Operation {
  /// The runs that an operation's indices (its second input) name, or `nil` for operations without such indices.
  /// Axes must be bound.
  public func indexedRuns(of x: Shape, indices: Shape) -> IndexedRuns? {
    switch self {
    case .gather(let axis): .alongAxis(axis, of: x, indices: indices)
    case .gatherElements(let axis), .scatterElements(let axis, _): .elements(along: axis, of: x, indices: indices)
    case .gatherSlices(let batchAxes): .slices(batchAxes: batchAxes, of: x, indices: indices)
    case .scatterSlices: .slices(batchAxes: 0, of: x, indices: indices)
    default: nil
    }
  }
}

// MARK: Shapes

func gatheredElements(_ x: Shape, _ indices: Shape, axis: Int) throws -> Shape {
  guard indices.rank == x.rank, (0..<x.rank).contains(axis),
    (0..<x.rank).allSatisfy({ $0 == axis || indices[$0] <= x[$0] })
  else { throw ShapeError.mismatch("indices of \(indices) do not choose along axis \(axis) of \(x)") }
  return indices
}

func gatheredSlices(_ x: Shape, _ indices: Shape, batchAxes: Int) throws -> Shape {
  guard indices.rank >= 1, batchAxes >= 0, batchAxes < indices.rank, batchAxes <= x.rank,
    case let width = indices[indices.rank - 1], width >= 1, batchAxes + width <= x.rank,
    x.dimensions[..<batchAxes].elementsEqual(indices.dimensions[..<batchAxes])
  else {
    throw ShapeError.mismatch("indices of \(indices) do not name slices of \(x) behind \(batchAxes) shared axes")
  }
  return Shape(Array(indices.dimensions.dropLast()) + Array(x.dimensions[(batchAxes + width)...]))
}

func scattered(_ x: Shape, _ indices: Shape, _ updates: Shape, onto expected: Shape) throws -> Shape {
  guard updates == expected else {
    throw ShapeError.mismatch("updates of \(updates) where the indices name \(expected)")
  }
  return x
}
