import GinghamTensors

extension PlanBuilder {
  /// Copies elements from places to places of two row-major values, or adds them there.
  ///
  /// - Parameter isInjective: whether no two elements go to one place, so that threads may share the work.
  func emitMove(
    from source: Location, _ from: ElementMap, to target: Location, _ to: ElementMap, adds: Bool, isInjective: Bool
  ) {
    let moves = ElementMoves(from, to)
    guard moves.items > 0 else { return }
    let threads = isInjective ? library.threads : 1
    emit([source, target]) { addresses in
      let (input, output) = (addresses.floats(source), addresses.floats(target))
      let loop = ParallelLoop(moves.items, threads: threads) { moves.run($0, input, output, adds: adds) }
      return { loop.run() }
    }
  }
}

/// A nest of loops that moves elements: axes that both sides walk in one go are one, runs of neighbours are copied at
/// once, and where one side's neighbours lie along another axis than the other's, squares of elements are turned.
private struct ElementMoves {
  private struct Axis {
    var from: [Int]
    var to: [Int]
    var count: Int { from.count }

    func steps() -> (from: Int, to: Int)? {
      guard count > 1 else { return (1, 1) }
      let steps = (from: from[1] - from[0], to: to[1] - to[0])
      for index in 1..<count
      where from[index] - from[index - 1] != steps.from || to[index] - to[index - 1] != steps.to {
        return nil
      }
      return steps
    }
  }

  private enum Inner {
    /// Neighbours on both sides.
    case run(Int)
    /// Neighbours along different axes: a plane of rows × columns with the steps of both.
    case plane(
      rows: Int, columns: Int, fromRow: Int, fromColumn: Int, toRow: Int, toColumn: Int, rowsAtOnce: Int)
    case row(from: [Int], to: [Int])
  }

  /// Every place where the inner part starts.
  private let starts: [(from: Int, to: Int)]
  private let inner: Inner
  /// Pieces of work in each inner part.
  private let pieces: Int

  var items: Int { starts.count * pieces }

  init(_ from: ElementMap, _ to: ElementMap) {
    var axes: [Axis] = []
    var start = (from: from.offset, to: to.offset)
    for (source, target) in zip(from.tables, to.tables) {
      if source.count == 1 {
        start = (start.from + source[0], start.to + target[0])
        continue
      }
      let axis = Axis(from: source, to: target)
      if let last = axes.last?.steps(), let own = axis.steps(), last.from == own.from * axis.count,
        last.to == own.to * axis.count, let outer = axes.popLast()
      {
        axes.append(
          Axis(
            from: outer.from.flatMap { place in axis.from.map { place + $0 } },
            to: outer.to.flatMap { place in axis.to.map { place + $0 } }))
      } else {
        axes.append(axis)
      }
    }
    (inner, pieces) = Self.inner(of: &axes, &start)
    var starts = [start]
    for axis in axes {
      starts = starts.flatMap { start in
        zip(axis.from, axis.to).map { (from: start.from + $0, to: start.to + $1) }
      }
    }
    self.starts = starts
  }

  /// Takes the axes that one piece of work walks.
  private static func inner(of axes: inout [Axis], _ start: inout (from: Int, to: Int)) -> (Inner, pieces: Int) {
    guard let last = axes.popLast() else { return (.run(1), 1) }
    start = (start.from + last.from[0], start.to + last.to[0])
    if let steps = last.steps() {
      if steps.from == 1, steps.to == 1 { return (.run(last.count), 1) }
      let crossing = axes.lastIndex { axis in
        axis.steps().map { (steps.to == 1 && $0.from == 1) || (steps.from == 1 && $0.to == 1) } ?? false
      }
      if let crossing, let other = axes[crossing].steps() {
        let rows = axes.remove(at: crossing)
        start = (start.from + rows.from[0], start.to + rows.to[0])
        let rowsAtOnce = 16
        return (
          .plane(
            rows: rows.count, columns: last.count, fromRow: other.from, fromColumn: steps.from, toRow: other.to,
            toColumn: steps.to, rowsAtOnce: rowsAtOnce), (rows.count + rowsAtOnce - 1) / rowsAtOnce
        )
      }
    }
    let (from, to) = (last.from.map { $0 - last.from[0] }, last.to.map { $0 - last.to[0] })
    return (.row(from: from, to: to), 1)
  }

  func run(
    _ share: Range<Int>, _ source: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>, adds: Bool
  ) {
    starts.withUnsafeBufferPointer { starts in
      switch inner {
      case .run(let count):
        for index in share {
          let (from, to) = (source + starts[index].from, target + starts[index].to)
          if adds { to.add(from, count: count) } else { to.update(from: from, count: count) }
        }
      case .plane(let rows, let columns, let fromRow, let fromColumn, let toRow, let toColumn, let rowsAtOnce):
        for index in share {
          let (place, piece) = index.quotientAndRemainder(dividingBy: pieces)
          let (from, to) = (source + starts[place].from, target + starts[place].to)
          let range = (piece * rowsAtOnce)..<min(rows, (piece + 1) * rowsAtOnce)
          var column = 0
          while column < columns {
            let end = min(columns, column + 16)
            for row in range {
              let (input, output) = (from + row * fromRow, to + row * toRow)
              for column in column..<end {
                let value = input[column * fromColumn]
                if adds { output[column * toColumn] += value } else { output[column * toColumn] = value }
              }
            }
            column = end
          }
        }
      case .row(let fromPlaces, let toPlaces):
        fromPlaces.withUnsafeBufferPointer { fromPlaces in
          toPlaces.withUnsafeBufferPointer { toPlaces in
            for index in share {
              let (from, to) = (source + starts[index].from, target + starts[index].to)
              for place in fromPlaces.indices {
                let value = from[fromPlaces[place]]
                if adds { to[toPlaces[place]] += value } else { to[toPlaces[place]] = value }
              }
            }
          }
        }
      }
    }
  }
}
