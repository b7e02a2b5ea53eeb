import COneDNN
import GinghamNetworks
import GinghamTensors

/// One matrix for each product of a batch, where they stand in a row-major value.
struct MatrixStack {
  /// Where each product's matrix begins.
  let starts: [Int]
  let rows: Int
  let columns: Int
  /// Whether neighbours in memory are neighbours in a column.
  let isTransposed: Bool
  /// From one row (or, transposed, column) to the next.
  let pitch: Int

  /// - Parameters:
  ///   - map: of a value whose last two axes are rows and columns.
  ///   - batch: the leading axes of the products; those of the map are repeated where they have one element.
  /// - Returns: `nil` where the elements lie in a way that a matrix product cannot follow.
  init?(_ map: ElementMap, batch: Shape) {
    let rank = map.tables.count
    guard rank >= 2, let rowStep = map.step(rank - 2), let columnStep = map.step(rank - 1) else { return nil }
    (rows, columns) = (map.tables[rank - 2].count, map.tables[rank - 1].count)
    if columnStep == 1 || columns == 1 {
      isTransposed = false
      pitch = rows == 1 ? columns : rowStep
      guard pitch >= columns else { return nil }
    } else if rowStep == 1 || rows == 1 {
      isTransposed = true
      pitch = columnStep
      guard pitch >= rows else { return nil }
    } else {
      return nil
    }
    var leading = map
    leading.tables.removeLast(2)
    guard let expanded = leading.expanded(to: batch) else { return nil }
    starts = expanded.places
  }

  private init(_ other: MatrixStack) {
    (starts, pitch) = (other.starts, other.pitch)
    (rows, columns, isTransposed) = (other.columns, other.rows, !other.isTransposed)
  }

  var transposed: MatrixStack { MatrixStack(self) }

  /// Whether several products share a matrix.
  var repeats: Bool { Set(starts).count < starts.count }

  /// Elements from one row to the next and from one column to the next.
  var steps: (row: Int, column: Int) { isTransposed ? (1, pitch) : (pitch, 1) }
}

extension ElementMap {
  /// All places in row-major order.
  var places: [Int] {
    tables.reduce([offset]) { starts, table in starts.flatMap { start in table.map { start + $0 } } }
  }
}

/// A stack of matrices in memory.
struct PlacedMatrices {
  var location: Location
  var stack: MatrixStack

  var transposed: PlacedMatrices { PlacedMatrices(location: location, stack: stack.transposed) }
}

/// Part of a matrix that a product reads or writes: where it begins and how it lies.
struct MatrixBlock {
  var base: UnsafeMutablePointer<Float>
  var isTransposed: Bool
  var pitch: Int

  var transposed: MatrixBlock { MatrixBlock(base: base, isTransposed: !isTransposed, pitch: pitch) }
}

/// c = alpha·a·b + beta·c for a of rows × inner and b of inner × columns. Within a loop on several threads, each runs
/// its own product alone.
func multiply(
  rows: Int, columns: Int, inner: Int, alpha: Float = 1, _ a: MatrixBlock, _ b: MatrixBlock, beta: Float,
  into c: MatrixBlock
) {
  if c.isTransposed {
    return multiply(
      rows: columns, columns: rows, inner: inner, alpha: alpha, b.transposed, a.transposed, beta: beta,
      into: c.transposed)
  }
  let flag = { (isSet: Bool) in CChar(UInt8(ascii: isSet ? "T" : "N")) }
  let status = dnnl_sgemm(
    flag(a.isTransposed), flag(b.isTransposed), Int64(rows), Int64(columns), Int64(inner), alpha, a.base,
    Int64(a.pitch), b.base, Int64(b.pitch), beta, c.base, Int64(c.pitch))
  // Only for want of memory; the numbers must not look like a result then.
  if status != dnnl_success { for row in 0..<rows { c.base[row * c.pitch] = .nan } }
}

extension PlanBuilder {
  /// The matrices of a value, read where they are if its strides allow it.
  ///
  /// - Parameter isTransposed: whether the value's last two axes are columns and rows.
  func matrices(_ value: ValueID, batch: Shape, isTransposed: Bool = false) throws -> PlacedMatrices? {
    func stack(_ map: ElementMap) -> MatrixStack? {
      MatrixStack(map, batch: batch).map { isTransposed ? $0.transposed : $0 }
    }
    if network.constants[value] == nil, let view = views[value], let stack = stack(view.map) {
      return PlacedMatrices(location: try activation(view.root, .plain).location, stack: stack)
    }
    guard let stack = stack(ElementMap(try shape(value))) else { return nil }
    return PlacedMatrices(location: try activation(value, .plain).location, stack: stack)
  }

  /// c = alpha·a·b for each product of a batch, or c += alpha·a·b. Where products share a result, they add up.
  func emitProducts(
    _ a: PlacedMatrices, _ b: PlacedMatrices, alpha: Float, into c: PlacedMatrices, adds: Bool
  ) {
    let (rows, columns, inner) = (a.stack.rows, b.stack.columns, a.stack.columns)
    let count = c.stack.starts.count
    var seen: Set<Int> = []
    let betas: [Float] = c.stack.starts.map { seen.insert($0).inserted && !adds ? 0 : 1 }
    // Few products, or products that meet in one result, run one after the other, each on all threads.
    let isParallel = count >= library.threads && !c.stack.repeats
    let threads = library.threads
    emit([a.location, b.location, c.location]) { addresses in
      let (left, right) = (addresses.floats(a.location), addresses.floats(b.location))
      let result = addresses.floats(c.location)
      let body = { (share: Range<Int>) in
        for index in share {
          multiply(
            rows: rows, columns: columns, inner: inner, alpha: alpha, a.stack.block(index, left),
            b.stack.block(index, right), beta: betas[index], into: c.stack.block(index, result))
        }
      }
      guard isParallel else { return { body(0..<count) } }
      let loop = ParallelLoop(count, threads: threads, body)
      return { loop.run() }
    }
  }
}

extension MatrixStack {
  func block(_ product: Int, _ base: UnsafeMutablePointer<Float>) -> MatrixBlock {
    MatrixBlock(base: base + starts[product], isTransposed: isTransposed, pitch: pitch)
  }

  /// The rows of a product's matrix from `row` on.
  func block(_ product: Int, from row: Int, _ base: UnsafeMutablePointer<Float>) -> MatrixBlock {
    var block = block(product, base)
    block.base += row * steps.row
    return block
  }
}
