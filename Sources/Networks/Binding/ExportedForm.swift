import GinghamTensors

/// A network bound at the extents its file was exported with, beside the one that is bound at others.
///
/// Exporters write extents of their example input into constants: `Reshape` to 1×2304 says that one picture went in.
/// Comparing the shapes that a value has here and there tells which axes carry the batch or the size, and so what such a
/// constant has to become.
struct ExportedForm {
  let network: BoundNetwork
  /// Pictures of the example input, and of the one at hand; `nil` where they agree.
  let batch: (exported: Int, found: Int)?
  /// Heights and widths that maps had in the file, and what they are at the size at hand.
  private var rows: [Int: Set<Int>] = [:]
  private var columns: [Int: Set<Int>] = [:]
  /// Values that pictures lead to: weights that are worked out have extents, too, but those follow no picture.
  private var pictured: Set<ValueID> = []

  init(_ network: BoundNetwork, batch: (exported: Int, found: Int)?) {
    self.network = network
    self.batch = batch
  }

  func shape(of value: ValueID?) -> Shape? { value.flatMap { network.shapes[$0] } }

  func constant(of value: ValueID?) -> Constant? { value.flatMap { network.constants[$0] } }

  /// Remembers how the extents of an input went over.
  mutating func record(input: ValueID, found: Shape) {
    pictured.insert(input)
    record(input, found: found)
  }

  /// Remembers how the extents of what a node makes of pictures went over.
  mutating func record(_ node: Node, found shapes: [Shape]) {
    guard node.inputs.contains(where: { $0.map(pictured.contains) ?? false }) else { return }
    pictured.formUnion(node.outputs)
    for (output, shape) in zip(node.outputs, shapes) { record(output, found: shape) }
  }

  /// Of a map, N×C×H×W.
  private mutating func record(_ value: ValueID, found: Shape) {
    guard let exported = network.shapes[value], exported.rank == 4, found.rank == 4 else { return }
    rows[exported[2], default: []].insert(found[2])
    columns[exported[3], default: []].insert(found[3])
  }

  /// What a height, a width or either of them became; `nil` where no map had it or maps disagree.
  func extent(for exported: Int, axis: Int? = nil) -> Int? {
    guard exported > 1 else { return nil }
    let candidates =
      switch axis {
      case 2: rows[exported] ?? []
      case 3: columns[exported] ?? []
      default: (rows[exported] ?? []).union(columns[exported] ?? [])
      }
    return candidates.count == 1 ? candidates.first : nil
  }

  /// The target that a reshape of the file has for an input whose extents went from `old` to `new`.
  ///
  /// Both sides are cut, from the front, into the shortest runs of axes with equal products; a run has no say over
  /// another. A run that becomes one axis becomes as long as the run is. One that is split takes what maps of these
  /// extents became, or, where the leading axis alone changed and goes whole into the leading part, changes that.
  /// `nil` where more than one answer is possible: an extent of 1 that became longer and has no axis of its own may
  /// belong to either neighbour, and pictures must not be mixed.
  func reshaped(_ target: [Int], from old: Shape, to new: Shape) -> [Int]? {
    guard old.rank == new.rank, !old.dimensions.contains(0), !target.contains(0) else { return nil }
    var result = target
    var (i, j) = (0, 0)
    while i < old.rank || j < target.count {
      if i < old.rank, j < target.count, old[i] == target[j] {
        result[j] = new[i]
        (i, j) = (i + 1, j + 1)
        continue
      }
      if i < old.rank, old[i] == 1 {
        guard new[i] == 1 else { return nil }
        i += 1
        continue
      }
      if j < target.count, target[j] == 1 {
        j += 1
        continue
      }
      guard i < old.rank, j < target.count else { return nil }
      let (sources, start) = (i, j)
      var (left, right) = (old[i], target[j])
      (i, j) = (i + 1, j + 1)
      while left != right {
        if left < right {
          guard i < old.rank else { return nil }
          left *= old[i]
          i += 1
        } else {
          guard j < target.count else { return nil }
          right *= target[j]
          j += 1
        }
      }
      let changed = (sources..<i).filter { old[$0] != new[$0] }
      if changed.isEmpty { continue }
      let parts = (start..<j).filter { target[$0] != 1 }
      let product = (sources..<i).reduce(1) { $0 * new[$1] }
      if parts.count == 1 {
        result[parts[0]] = product
        continue
      }
      if changed == [sources], old[sources] > 1, target[parts[0]].isMultiple(of: old[sources]) {
        result[parts[0]] = target[parts[0]] / old[sources] * new[sources]
        continue
      }
      let known = parts.map { extent(for: target[$0]) ?? target[$0] }
      guard known.reduce(1, *) == product else { return nil }
      for (part, extent) in zip(parts, known) { result[part] = extent }
    }
    return result
  }

  /// The extent that an axis takes where the file stretches, crops or repeats it to `target`; `nil` where that cannot be
  /// told.
  func stretched(_ target: Int, axis: Int, from old: Int, to new: Int) -> Int? {
    if let batch, axis == 0 {
      if target == old, old == batch.exported { return new }
      // A class token that was repeated for each picture of the example.
      return old == 1 && new == 1 && target == batch.exported ? batch.found : target
    }
    if target == old { return new }
    if let known = extent(for: target, axis: axis) { return known }
    if old == new { return target }
    return target.isMultiple(of: old) ? target / old * new : nil
  }
}

extension ExportedForm {
  /// Whether the constants that stand at `value` here and there are the same, so that the file wrote them.
  func wrote(_ constant: Constant?, at value: ValueID?) -> Bool {
    guard let exported = self.constant(of: value)?.integers, let found = constant?.integers else { return false }
    return exported == found
  }

  /// - Throws: ``ShapeError/fixedExtent(_:exported:found:)`` where a value that should hold one entry a picture keeps the
  ///   example's.
  func checkBatch(of value: ValueID, found: Shape) throws {
    guard let batch, network.constants[value] == nil, let exported = network.shapes[value] else { return }
    let follows =
      exported.dimensions.first == batch.exported
      ? found.dimensions.first == batch.found : exported.elementCount != found.elementCount
    guard follows else {
      throw ShapeError.fixedExtent("the batch of \(batch.exported)", exported: exported, found: found)
    }
  }
}
