import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A value that only rearranges elements of another one. It takes up memory where somebody needs it row by row;
/// whoever can read along strides reads it where it is.
struct View {
  /// A value that exists as such.
  var root: ValueID
  /// Where the view's elements stand in the root's row-major form.
  var map: ElementMap
}

/// Which elements of a gradient have been written while it is put together from parts.
final class Coverage {
  private var written: [Bool]
  private var count = 0
  /// Whether the gradient has to be zero before the first part is written.
  private(set) var needsFill = false

  init(_ count: Int) {
    written = Array(repeating: false, count: count)
  }

  /// Marks the elements that a map leads to. Returns whether each is written for the first time.
  func claim(_ map: ElementMap) -> Bool {
    let before = count
    guard let inner = map.tables.last else { return claim(at: map.offset, [0]) }
    var starts = [map.offset]
    for table in map.tables.dropLast() { starts = starts.flatMap { start in table.map { start + $0 } } }
    for start in starts { _ = claim(at: start, inner) }
    let isNew = count - before == map.count
    if !isNew { needsFill = true }
    return isNew
  }

  private func claim(at start: Int, _ places: [Int]) -> Bool {
    for place in places where !written[start + place] {
      written[start + place] = true
      count += 1
    }
    return true
  }

  /// Called when the whole gradient is about to be read.
  func settle() {
    if count < written.count { needsFill = true }
  }
}

/// Where a part of a gradient goes.
struct GradientPart {
  var location: Location
  var map: ElementMap
  /// Add to what is there.
  var adds: Bool
}

extension PlanBuilder {
  /// The value as elements of one that exists.
  func view(of value: ValueID) throws -> View {
    if let view = views[value] { return view }
    return View(root: value, map: ElementMap(try shape(value)))
  }

  /// Whether gradients can be put together in parts at a value.
  func canBeViewed(_ value: ValueID) throws -> Bool {
    try network.constants[value] == nil && slices[value] == nil && shape(value).elementCount > 0
  }

  /// A view's elements in row-major order or, where that takes one pass, already in the wanted form.
  func materialize(_ value: ValueID, _ view: View, _ form: Form) throws -> Placement {
    let layout = try layout(value, .plain)
    let existing = try self.layout(view.root, existingForm(view.root))
    if existing.form == .blocked, form == .plain, let permutation = view.permutation(of: existing.shape) {
      let source = try activation(view.root, .blocked)
      let target = makePlacement(layout)
      try emitReorder(
        from: try existing.descriptor().permuted(permutation), at: source.location, to: try layout.descriptor(),
        at: target.location)
      return target
    }
    let root = try activation(view.root, .plain).location
    let start = root.advanced(by: view.map.offset * MemoryLayout<Float>.stride)
    if view.map.isContiguous { return Placement(location: start, layout: layout) }
    if form == .blocked, slices[value] == nil, let strides = view.map.strides, strides.allSatisfy({ $0 >= 0 }) {
      let target = makePlacement(layout.with(.blocked))
      let from = try MemoryDescription.strided(layout.shape.dimensions, strides: layout.shape.usable(strides))
      try emitReorder(from: from, at: start, to: try target.layout.descriptor(), at: target.location)
      return target
    }
    let target = makePlacement(layout)
    emitMove(from: root, view.map, to: target.location, ElementMap(layout.shape), adds: false, isInjective: true)
    return target
  }

  // MARK: Gradients

  /// Sends elements of a row-major value on to another value's gradient.
  ///
  /// - Parameter counts: whether this is one of the contributions that the network's structure knows of.
  func contribute(elementsOf source: Location, _ map: ElementMap, to value: ValueID, counts: Bool = true) throws {
    guard isDifferentiated(value) else { return }
    if let part = try part(of: value, counts: counts) {
      emitMove(
        from: source, map, to: part.location, part.map, adds: part.adds, isInjective: part.map.isInjective)
      return
    }
    let shape = try shape(value)
    try contribute(to: value, .plain, able: .accumulate, counts: counts) { target in
      emitMove(
        from: source, map, to: target.placement.location, ElementMap(shape), adds: target.accumulates,
        isInjective: true)
    }
  }

  /// A gradient that is the same, element for element, as what a view needs.
  func contribute(_ source: Placement, through view: View) throws {
    if gradients.placements[view.root] == nil, slices[view.root] == nil {
      let layout = try layout(view.root, existingForm(view.root))
      if layout.form == .blocked, source.layout.form == .plain, let permutation = view.permutation(of: layout.shape) {
        let target = makePlacement(layout)
        let to = try layout.descriptor().permuted(permutation)
        try emitReorder(from: try source.layout.descriptor(), at: source.location, to: to, at: target.location)
        own(view.root, target)
        return
      }
    }
    let source = try converted(source, to: .plain)
    try contribute(elementsOf: source.location, ElementMap(source.layout.shape), through: view)
  }

  private func contribute(elementsOf source: Location, _ map: ElementMap, through view: View) throws {
    if let part = try part(through: view) {
      emitMove(
        from: source, map, to: part.location, part.map, adds: part.adds, isInjective: part.map.isInjective)
      return
    }
    // The root stands in channel blocks among others.
    let count = try shape(view.root).elementCount
    try contribute(to: view.root, .plain, counts: false) { target in
      emitFill(target.placement.location, count: count)
      emitMove(
        from: source, map, to: target.placement.location, view.map, adds: !view.map.isInjective,
        isInjective: view.map.isInjective)
    }
  }

  /// Where a kernel may write a value's gradient along strides; `nil` where it has to make a whole one first.
  func part(of value: ValueID, counts: Bool = true) throws -> GradientPart? {
    if let view = views[value] { return try part(through: view) }
    guard slices[value] == nil, gradients.placements[value] == nil else { return nil }
    if counts { countContribution(to: value) }
    let target = makePlacement(try layout(value, .plain))
    own(value, target)
    return GradientPart(location: target.location, map: ElementMap(target.layout.shape), adds: false)
  }

  private func part(through view: View) throws -> GradientPart? {
    guard slices[view.root] == nil else { return nil }
    if let coverage = gradients.coverage[view.root], let target = gradients.placements[view.root] {
      return GradientPart(location: target.location, map: view.map, adds: !coverage.claim(view.map))
    }
    if let existing = gradients.placements[view.root] {
      if existing.layout.form == .plain, isExclusive(existing) {
        return GradientPart(location: existing.location, map: view.map, adds: true)
      }
      let target = makePlacement(existing.layout.with(.plain))
      emitCopy(try converted(existing, to: .plain), to: target)
      own(view.root, target)
      return GradientPart(location: target.location, map: view.map, adds: true)
    }
    let target = makePlacement(try layout(view.root, .plain))
    own(view.root, target)
    let coverage = Coverage(target.layout.elementCount)
    gradients.coverage[view.root] = coverage
    emit([target.location]) { addresses in
      // Known only now that everything is laid out.
      guard coverage.needsFill else { return {} }
      let base = addresses.floats(target.location)
      return { base.update(repeating: 0, count: target.layout.elementCount) }
    }
    return GradientPart(location: target.location, map: view.map, adds: !coverage.claim(view.map))
  }

  /// Called before a value's whole gradient is read or added to.
  func settle(_ value: ValueID) {
    gradients.coverage.removeValue(forKey: value)?.settle()
  }
}

extension View {
  /// How the root's axes are ordered in the view, where it is the whole root with its axes exchanged.
  fileprivate func permutation(of root: Shape) -> [Int]? {
    guard map.offset == 0, map.tables.count == root.rank, map.count == root.elementCount, Layout.canBlock(root),
      let steps = map.strides
    else { return nil }
    var free = Array(0..<root.rank)
    var permutation: [Int] = []
    for (axis, step) in steps.enumerated() {
      let extent = map.tables[axis].count
      guard
        let place = free.firstIndex(where: {
          root[$0] == extent && (extent == 1 || root.strides[$0] == step)
        })
      else { return nil }
      permutation.append(free.remove(at: place))
    }
    return permutation
  }
}

extension Shape {
  /// Strides that oneDNN accepts: axes of one element have any.
  fileprivate func usable(_ strides: [Int]) -> [Int] { zip(dimensions, strides).map { $0 == 1 ? 1 : $1 } }
}
