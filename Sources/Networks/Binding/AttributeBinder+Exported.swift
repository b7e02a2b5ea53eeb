import GinghamTensors

/// Attributes in which the file wrote an extent of its example input, for the input at hand.
extension AttributeBinder {
  /// The shape that the first input has in the file, where it is another one now and the file wrote the attribute.
  ///
  /// - Parameters:
  ///   - isWritten: whether the node itself holds the attribute; else input `attribute` does.
  func changedShape(isWritten: Bool, attribute: Int) -> Shape? {
    guard let exported, let old = exported.shape(of: value(0)), let x = try? shape(0), old != x, old.rank == x.rank
    else { return nil }
    guard !isWritten else { return old }
    let value = value(attribute)
    return exported.wrote(value.flatMap { constants[$0] }, at: value) ? old : nil
  }

  /// The shape that a broadcast goes to.
  func rederived(_ target: [Int], _ what: String) throws -> [Int] {
    guard let exported, exported.wrote(value(1).flatMap { constants[$0] }, at: value(1)),
      let old = exported.shape(of: value(0)), target.count >= old.rank
    else { return target }
    let x = try shape(0)
    let offset = target.count - x.rank
    return target.indices.map { axis in
      let (before, now) = axis < offset ? (1, 1) : (old[axis - offset], x[axis - offset])
      // An extent of 1 in a target leaves the input's.
      return target[axis] == 1 ? 1 : exported.stretched(target[axis], axis: axis, from: before, to: now) ?? target[axis]
    }
  }

  /// How often axes are repeated: once for every picture, where the file repeated for every picture of its example.
  func rederivedRepeats(_ repeats: [Int]) throws -> [Int] {
    guard let batch = exported?.batch, batch.exported > 1, repeats.first == batch.exported,
      try shape(0).dimensions.first == 1, exported?.wrote(value(1).flatMap { constants[$0] }, at: value(1)) == true
    else { return repeats }
    return [batch.found] + repeats.dropFirst()
  }

  func rederived(_ resize: Resize) throws -> Resize {
    guard let exported, let old = exported.shape(of: value(0)) else { return resize }
    let value = value(3)
    let written = resize.sizes ?? value.flatMap { constants[$0]?.integers?.elements }
    guard let sizes = written, !sizes.isEmpty, resize.aspectPolicy == .stretch,
      resize.sizes != nil || exported.wrote(value.flatMap { constants[$0] }, at: value)
    else { return resize }
    let x = try shape(0)
    let axes = (resize.axes ?? Array(0..<x.rank)).map { $0 < 0 ? $0 + x.rank : $0 }
    guard axes.count == sizes.count, axes.allSatisfy({ x.dimensions.indices.contains($0) && $0 < old.rank }) else {
      return resize
    }
    var result = resize
    result.sizes = try zip(axes, sizes).map { axis, size in
      guard let extent = exported.stretched(size, axis: axis, from: old[axis], to: x[axis]) else {
        throw ShapeError.fixedExtent("the size \(size) of axis \(axis)", exported: old, found: x)
      }
      return extent
    }
    return result
  }

  /// The end of a slice: where it was the axis' own, it still is.
  func rederivedEnd(_ end: Int, start: Int, step: Int, axis: Int, isWritten: Bool) throws -> Int {
    guard step > 0, end >= 0, let old = changedShape(isWritten: isWritten, attribute: 2) else { return end }
    let x = try shape(0)
    guard old[axis] != x[axis] else { return end }
    if end >= old[axis] { return max(end, x[axis]) }
    if axis == 0, let batch = exported?.batch, old[0] == batch.exported {
      throw ShapeError.fixedExtent("a slice of the batch to \(end)", exported: old, found: x)
    }
    return axis >= 2 && start == 0 ? exported?.extent(for: end, axis: axis) ?? end : end
  }

  /// Pictures that are taken together were one picture in the file.
  func checkReduction(_ axes: [Int]) throws {
    guard let exported, let batch = exported.batch, axes.contains(0), let old = exported.shape(of: value(0)),
      old.dimensions.first == batch.exported, batch.exported == 1
    else { return }
    let x = try shape(0)
    guard x.dimensions.first == batch.found else { return }
    throw ShapeError.fixedExtent("a reduction over the batch", exported: old, found: x)
  }
}
