import GinghamTensors

/// The extents of attention, and how its work is divided: products × blocks of queries.
struct AttentionShape {
  let products: Int
  let queries: Int
  let keys: Int
  /// Elements of a query and of a value.
  let depth: Int
  let width: Int
  let scale: Float
  private let threads: Int
  /// Queries whose scores are in memory at once.
  let rowsAtOnce: Int
  let blocks: Int

  init(products: Int, queries: Int, keys: Int, depth: Int, width: Int, scale: Float, threads: Int) {
    (self.products, self.queries, self.keys) = (products, queries, keys)
    (self.depth, self.width, self.scale, self.threads) = (depth, width, scale, threads)
    // Two matrices of scores stay in the second-level cache.
    let most = max(1, min(queries, 100_000 / max(keys, 1)))
    blocks = (queries + most - 1) / most
    rowsAtOnce = (queries + blocks - 1) / blocks
  }

  /// Whether each thread takes products of its own; otherwise all threads share each product's matrices.
  private var isSplit: Bool { threads == 1 || products >= threads }

  func scratchBytes(matrices: Int) -> Int {
    (isSplit ? threads : 1) * matrices * scratchCount * MemoryLayout<Float>.stride
  }

  private var scratchCount: Int { rowsAtOnce * keys }

  /// Queries of a block.
  func rows(_ block: Int) -> Range<Int> {
    (block * rowsAtOnce)..<min(queries, (block + 1) * rowsAtOnce)
  }

  /// A pass over all products and blocks. `body` works on one block in the scratch memory of its own that it is told
  /// the number of, and does rows through the closure it is given.
  func bind(
    _ body: @escaping (_ product: Int, _ block: Int, _ scratch: Int, _ forEachRow: RowLoop) -> Void
  ) -> () -> Void {
    let (products, blocks, threads) = (products, blocks, threads)
    guard isSplit else {
      return {
        for product in 0..<products {
          for block in 0..<blocks {
            body(product, block, 0) { count, rows in
              withoutActuallyEscaping(rows) { ParallelLoop(count, threads: threads, $0).run() }
            }
          }
        }
      }
    }
    let loop = ParallelLoop(threads, threads: threads) { share in
      for thread in share {
        for product in (products * thread / threads)..<(products * (thread + 1) / threads) {
          for block in 0..<blocks {
            body(product, block, thread) { count, rows in rows(0..<count) }
          }
        }
      }
    }
    return { loop.run() }
  }
}

/// Runs a closure over shares of so many rows.
typealias RowLoop = (_ count: Int, _ rows: (Range<Int>) -> Void) -> Void

/// Where the rows of a constant that is added to scores begin, for each product.
struct ScoreRows {
  private let starts: [Int]
  private let step: Int

  /// - Parameters:
  ///   - shape: the constant's, broadcast to the scores'.
  ///   - scores: …×queries×keys.
  /// - Returns: `nil` where keys do not stand side by side.
  init?(_ shape: Shape, in scores: Shape) {
    guard shape.elementCount > 0, var map = ElementMap(shape).expanded(to: scores) else { return nil }
    let rank = scores.rank
    guard let step = map.step(rank - 2), map.step(rank - 1) == 1 || scores[rank - 1] == 1 else { return nil }
    map.tables.removeLast(2)
    starts = map.places
    self.step = step
  }

  func start(product: Int, row: Int) -> Int { starts[product] + row * step }
}
