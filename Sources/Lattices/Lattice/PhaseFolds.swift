/// The phase means of several lattices, gathered row by row: rows of one phase are added up before columns are, since
/// such sums run side by side.
struct PhaseFolds<Scalar: BinaryFloatingPoint> {
  private struct Fold {
    let lattice: Lattice
    let height: Int
    let width: Int
    /// Where its sums begin.
    let start: Int
  }

  private let folds: [Fold]
  private var sums: [Scalar]

  /// For maps of a size, each lattice's cropped at bottom and right to a multiple of its period.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  init(_ lattices: [Lattice], height: Int, width: Int) throws {
    var (folds, start): ([Fold], Int) = ([], 0)
    for lattice in lattices {
      let (rows, columns) = lattice.crop(height: height, width: width)
      guard rows > 0, columns > 0 else {
        throw ArtifactError.tooSmall(
          height: height, width: width, needed: lattice.period, why: "for one lattice of period \(lattice.period)")
      }
      folds.append(Fold(lattice: lattice, height: rows, width: columns, start: start))
      start += lattice.rows * columns
    }
    self.folds = folds
    sums = [Scalar](repeating: 0, count: start)
  }

  mutating func add(_ line: UnsafePointer<Scalar>, row: Int) {
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      for fold in folds where row < fold.height {
        let target = base + fold.start + row % fold.lattice.rows * fold.width
        for x in 0..<fold.width { target[x] += line[x] }
      }
    }
  }

  /// One a lattice, in the order they were given.
  var tables: [PhaseTable] {
    folds.map { fold in
      let (period, rows) = (fold.lattice.period, fold.lattice.rows)
      var phases = [Double](repeating: 0, count: rows * period)
      sums.withUnsafeBufferPointer { sums in
        phases.withUnsafeMutableBufferPointer { phases in
          for row in 0..<rows {
            let line = fold.start + row * fold.width
            for left in stride(from: line, to: line + fold.width, by: period) {
              for phase in 0..<period { phases[row * period + phase] += Double(sums[left + phase]) }
            }
          }
        }
      }
      let count = Double(fold.height / rows * (fold.width / period))
      return PhaseTable(lattice: fold.lattice, values: phases.map { $0 / count })
    }
  }
}
