import GinghamTensors

/// Where the elements of a value stand among those of another: element (i, j, …) is at offset + table₀[i] + table₁[j] + ….
///
/// Transposing, slicing, gathering along an axis, splitting and merging axes all keep this form, so that a chain of
/// them is one table an axis and no copy.
struct ElementMap {
  var offset: Int
  /// What each index adds to the place, axis by axis. The first one adds nothing.
  var tables: [[Int]]

  /// Every element of a row-major value where it is.
  init(_ shape: Shape) {
    offset = 0
    tables = zip(shape.dimensions, shape.strides).map { count, stride in (0..<count).map { $0 * stride } }
  }

  /// Every element of a value in row-major order or channels last where it is.
  init(_ layout: Layout) {
    self.init(layout.shape)
    guard layout.form == .channelsLast else { return }
    var step = layout.channels
    for axis in (2..<layout.shape.rank).reversed() {
      tables[axis] = tables[axis].indices.map { $0 * step }
      step *= tables[axis].count
    }
    tables[0] = tables[0].indices.map { $0 * step }
    tables[1] = Array(0..<layout.channels)
  }

  /// With the axes ordered as memory of a form has them, neighbours last.
  func inMemoryOrder(of form: Form) -> ElementMap {
    form == .channelsLast ? permuted([0] + Array(2..<tables.count) + [1]) : self
  }

  var shape: Shape { Shape(tables.map(\.count)) }
  var count: Int { tables.reduce(1) { $0 * $1.count } }

  /// How many places one step along an axis skips; zero along an axis of one element, `nil` where steps differ.
  func step(_ axis: Int) -> Int? { tables[axis].commonStep }

  /// Strides of all axes, or `nil` where one has none.
  var strides: [Int]? {
    let steps = tables.compactMap(\.commonStep)
    return steps.count == tables.count ? steps : nil
  }

  /// Whether this is a run of neighbouring elements in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for table in tables.reversed() where table.count != 1 {
      guard table.commonStep == expected else { return false }
      expected *= table.count
    }
    return true
  }

  /// Whether no two elements are known to stand in one place: along each axis neighbours lie further apart than all
  /// inner axes together reach.
  var isInjective: Bool {
    var reach = 0
    let axes = tables.filter { $0.count > 1 }.map { table -> (gap: Int, reach: Int) in
      let places = table.sorted()
      let gap = zip(places, places.dropFirst()).map { $1 - $0 }.min() ?? 0
      return (gap, places[places.count - 1] - places[0])
    }
    for axis in axes.sorted(by: { $0.gap < $1.gap }) {
      guard axis.gap > reach else { return false }
      reach += axis.reach
    }
    return true
  }

  // MARK: What moves elements

  func permuted(_ permutation: [Int]) -> ElementMap {
    var result = self
    result.tables = permutation.map { tables[$0] }
    return result
  }

  /// The elements with these indices along an axis, in this order.
  func choosing(_ indices: some Collection<Int>, along axis: Int) -> ElementMap {
    var result = self
    let places = indices.map { tables[axis][$0] }
    result.offset += places.first ?? 0
    result.tables[axis] = places.map { $0 - places[0] }
    return result
  }

  /// Repeats axes of one element, and all elements along new leading axes.
  func expanded(to shape: Shape) -> ElementMap? {
    let leading = shape.rank - tables.count
    guard leading >= 0 else { return nil }
    var result = self
    result.tables = []
    for axis in 0..<shape.rank {
      let own = axis < leading ? [0] : tables[axis - leading]
      guard own.count == shape[axis] || own.count == 1 else { return nil }
      result.tables.append(own.count == shape[axis] ? own : Array(repeating: 0, count: shape[axis]))
    }
    return result
  }

  /// This one's elements and then the other's along an axis, both of the same value.
  func joined(with other: ElementMap, along axis: Int) -> ElementMap? {
    guard tables.count == other.tables.count else { return nil }
    for own in tables.indices where own != axis && tables[own] != other.tables[own] { return nil }
    var result = self
    result.tables[axis] += other.tables[axis].map { $0 + other.offset - offset }
    return result
  }

  /// The same elements in row-major order under another shape; `nil` where an axis would have to be taken apart at
  /// places that do not repeat.
  func reshaped(to shape: Shape) -> ElementMap? {
    guard shape.elementCount == count, count > 0 else { return nil }
    var result = self
    let old = tables.filter { $0.count != 1 }
    let new = shape.dimensions.filter { $0 != 1 }
    result.tables = []
    var (first, next) = (0, 0)
    while first < old.count {
      // The smallest groups of old and new axes that hold equally many elements.
      var merged = old[first]
      var counts = [new[next]]
      first += 1
      next += 1
      while merged.count != counts.reduce(1, *) {
        if merged.count < counts.reduce(1, *) {
          guard merged.count * old[first].count <= Self.longestTable else { return nil }
          merged = merged.flatMap { outer in old[first].map { outer + $0 } }
          first += 1
        } else {
          counts.append(new[next])
          next += 1
        }
      }
      guard let split = merged.split(into: counts) else { return nil }
      result.tables += split
    }
    for (axis, extent) in shape.dimensions.enumerated() where extent == 1 { result.tables.insert([0], at: axis) }
    return result
  }

  private static let longestTable = 1 << 18
}

extension [Int] {
  /// The difference of all neighbours; zero for fewer than two elements.
  fileprivate var commonStep: Int? {
    guard count > 1 else { return 0 }
    let step = self[1] - self[0]
    for index in 1..<count where self[index] - self[index - 1] != step { return nil }
    return step
  }

  /// Tables whose sums, in row-major order, are these places.
  fileprivate func split(into counts: [Int]) -> [[Int]]? {
    guard counts.count > 1 else { return [self] }
    let inner = count / counts[0]
    let outer = (0..<counts[0]).map { self[$0 * inner] }
    let rest = (0..<inner).map { self[$0] - self[0] }
    for (index, start) in outer.enumerated() {
      for (step, place) in rest.enumerated() where self[index * inner + step] != start + place { return nil }
    }
    return rest.split(into: Array(counts.dropFirst())).map { [outer] + $0 }
  }
}
