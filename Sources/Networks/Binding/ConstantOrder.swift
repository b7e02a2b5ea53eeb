import GinghamTensors

/// Operations on constants that compare or count elements along an axis.
enum ConstantOrder {
  /// Running sums, largest elements, and where extremes stand.
  static func evaluate(_ operation: Operation, _ x: Constant) throws -> [Constant]? {
    switch operation {
    case .cumulativeSum(let sum): return sum.axis.map { [cumulated(x, sum, axis: $0)] }
    case .topK(let top):
      let shapes = try top.outputShapes(input: x.shape, outputCount: 2)
      let (positions, places) = ranked(x, top)
      return [
        Constant(x, shapes[0], positions), .integer(IntegerArray(shapes[1], places)),
      ]
    case .extremePlace(let place):
      let shape = try place.outputShape(input: x.shape)
      let keys = keys(of: x)
      let winners = Lines(x.shape, axis: place.axis).map { line in
        line.indices.reduce(0) { best, index in
          let (new, old) = (keys[line[index]], keys[line[best]])
          let wins = place.isMaximum ? new > old : new < old
          return wins || place.picksLast && new == old ? index : best
        }
      }
      return [.integer(IntegerArray(shape, winners))]
    default: return nil
    }
  }

  private static func cumulated(_ x: Constant, _ sum: CumulativeSum, axis: Int) -> Constant {
    let lines = Lines(x.shape, axis: axis)
    func run<Element>(_ elements: [Element], _ zero: Element, _ add: (Element, Element) -> Element) -> [Element] {
      var result = elements
      for line in lines {
        var total = zero
        for place in sum.isReversed ? line.reversed() : line {
          let next = add(total, elements[place])
          result[place] = sum.isExclusive ? total : next
          total = next
        }
      }
      return result
    }
    switch x {
    case .integer(let array):
      return .integer(
        IntegerArray(x.shape, run(array.elements, 0) { array.type.wrapped($0 &+ $1) }, type: array.type))
    case .float(let tensor): return .float(Tensor(x.shape, run(tensor.scalars, 0, +)))
    }
  }

  /// Positions in x and places along the axis of the wanted elements, in row-major order of the result.
  private static func ranked(_ x: Constant, _ top: TopK) -> (positions: [Int], places: [Int]) {
    let count = top.count ?? 0
    let keys = keys(of: x)
    let inner = x.shape.dimensions[(top.axis + 1)...].reduce(1, *)
    let lines = Array(Lines(x.shape, axis: top.axis))
    var positions = [Int](repeating: 0, count: lines.count * count)
    var places = positions
    for (row, line) in lines.enumerated() {
      let order = line.indices.sorted { a, b in
        let (left, right) = (keys[line[a]], keys[line[b]])
        return left == right ? a < b : top.takesLargest ? left > right : left < right
      }
      for (rank, place) in order.prefix(count).enumerated() {
        let target = (row / inner * count + rank) * inner + row % inner
        positions[target] = line[place]
        places[target] = place
      }
    }
    return (positions, places)
  }

  static func nonZero(_ x: Constant) -> Constant {
    let strides = x.shape.strides
    let places = keys(of: x).enumerated().filter { $0.element != 0 }.map(\.offset)
    let rows = x.shape.dimensions.indices.flatMap { axis in
      places.map { $0 / strides[axis] % max(x.shape[axis], 1) }
    }
    return .integer(IntegerArray([x.shape.rank, places.count], rows))
  }

  static func unique(_ unique: Unique, _ x: Constant) throws -> [Constant] {
    let axis = unique.axis.map { $0 < 0 ? $0 + x.shape.rank : $0 }
    if let axis, !(0..<x.shape.rank).contains(axis) { throw ShapeError.badAttribute("axis \(axis) of \(x.shape)") }
    // Each item is an element, or all elements at one index of the axis.
    let strides = x.shape.strides
    let keys = keys(of: x)
    let items: [[Int]]
    if let axis {
      items = (0..<x.shape[axis]).map { index in
        keys.indices.filter { $0 / strides[axis] % x.shape[axis] == index }
      }
    } else {
      items = keys.indices.map { [$0] }
    }
    func values(_ item: Int) -> [Double] { items[item].map { keys[$0] } }
    var firsts: [Int] = []
    var known: [[Double]: Int] = [:]
    var members = items.indices.map { item -> Int in
      if let index = known[values(item)] { return index }
      known[values(item)] = firsts.count
      firsts.append(item)
      return firsts.count - 1
    }
    if unique.isSorted {
      let order = firsts.indices.sorted { values(firsts[$0]).lexicographicallyPrecedes(values(firsts[$1])) }
      var ranks = [Int](repeating: 0, count: order.count)
      for (rank, index) in order.enumerated() { ranks[index] = rank }
      firsts = order.map { firsts[$0] }
      members = members.map { ranks[$0] }
    }
    var counts = [Int](repeating: 0, count: firsts.count)
    for member in members { counts[member] += 1 }
    return [
      chosen(x, firsts, axis: axis), .integer(IntegerArray([firsts.count], firsts)),
      .integer(IntegerArray([members.count], members)), .integer(IntegerArray([counts.count], counts)),
    ]
  }

  private static func chosen(_ x: Constant, _ items: [Int], axis: Int?) -> Constant {
    guard let axis else { return Constant(x, [items.count], items) }
    var shape = x.shape
    shape[axis] = items.count
    let (inner, extent) = (x.shape.strides[axis], x.shape[axis])
    let outer = x.shape.dimensions[..<axis].reduce(1, *)
    let positions = (0..<outer).flatMap { row in
      items.flatMap { item -> Range<Int> in
        let start = (row * extent + item) * inner
        return start..<(start + inner)
      }
    }
    return Constant(x, shape, positions)
  }

  /// The elements as numbers that compare like them; NaN counts as the largest.
  private static func keys(of x: Constant) -> [Double] {
    switch x {
    case .integer(let array): array.elements.map(Double.init)
    case .float(let tensor): tensor.scalars.map { $0.isNaN ? .infinity : Double($0) }
    }
  }

  /// Positions of the elements along an axis, a line for every place on the other axes.
  private struct Lines: Sequence {
    let outer: Int
    let extent: Int
    let inner: Int

    init(_ shape: Shape, axis: Int) {
      outer = shape.dimensions[..<axis].reduce(1, *)
      extent = shape[axis]
      inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    }

    func makeIterator() -> some IteratorProtocol<[Int]> {
      let (extent, inner) = (extent, inner)
      return (0..<(outer * inner)).lazy.map { row in
        let start = row / inner * extent * inner + row % inner
        return (0..<extent).map { start + $0 * inner }
      }.makeIterator()
    }
  }
}
