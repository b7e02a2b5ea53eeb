import GinghamTensors

/// The lattice energies of a map's high-passed detail in one pass, without the detail ever being held as a whole unless
/// it is asked for.
///
/// Rows are in single precision: detail has no large mean to lose digits beside, and pixels have no more than 16 bits.
struct HighPassScan {
  /// One a lattice, in the order they were given.
  let energies: [SignedLatticeEnergy]
  /// H×W, where kept.
  let detail: Tensor?

  /// `nil` where the filter leaves nothing of the map.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  init?(of cascade: DetailCascade, lattices: [Lattice], keepsDetail: Bool) throws {
    guard let (height, width) = cascade.size else { return nil }
    var folds = try PhaseFolds<Float>(lattices, height: height, width: width)
    var squares = SquareSums(width: width, corners: lattices.map { $0.crop(height: height, width: width) })
    func scan(_ kept: UnsafeMutablePointer<Float>?) {
      cascade.forEachRow { row, line in
        folds.add(line, row: row)
        squares.add(line, row: row)
        if let kept { (kept + row * width).update(from: line, count: width) }
      }
    }
    if keepsDetail {
      detail = Tensor([height, width]) { scan($0.baseAddress) }
    } else {
      scan(nil)
      detail = nil
    }
    energies = zip(folds.tables, squares.sums).map { table, sum in
      let (rows, columns) = table.lattice.crop(height: height, width: width)
      let count = rows * columns
      let mean = table.mean
      return SignedLatticeEnergy(
        table: table, mean: mean, variance: max(0, sum / Double(count) - mean * mean), pixelCount: count)
    }
  }
}

/// Σr² over several parts of a map that begin at pixel 0, gathered row by row.
private struct SquareSums {
  private let corners: [(rows: Int, columns: Int)]
  private var line: [Double]
  private(set) var sums: [Double]

  init(width: Int, corners: [(rows: Int, columns: Int)]) {
    self.corners = corners
    line = [Double](repeating: 0, count: width)
    sums = [Double](repeating: 0, count: corners.count)
  }

  mutating func add(_ values: UnsafePointer<Float>, row: Int) {
    line.withUnsafeMutableBufferPointer { line in
      for x in line.indices { line[x] += Double(values[x]) * Double(values[x]) }
    }
    for (index, corner) in corners.enumerated() where corner.rows == row + 1 {
      sums[index] = line[..<corner.columns].reduce(0, +)
    }
  }
}
