import GinghamLattices
import GinghamSignals

/// The squared maximum mean discrepancy of two sets of features under the kernel (x·y/d + 1)³, without bias: with pool
/// features of the Inception net the KID of Bińkowski et al. 2018. Unlike ``FrechetDistance`` it expects 0 for two sets
/// of one kind however few samples there are.
public struct KernelDistance: Hashable, Sendable {
  /// Below 0 where two sets are closer than chance has them.
  public let distance: Double
  /// Standard error, by leaving out a tenth of both sets at a time.
  public let standardError: Double
  /// Samples of either set that were compared.
  public let samples: [Int]

  /// Kernels are taken between all pairs; of larger sets, samples spread evenly over them count.
  public static let mostSamples = 2000
  private static let groups = 10

  /// - Throws: ``ArtifactError/badArgument(_:)`` below four samples a set or for unequal numbers of features,
  ///   ``ArtifactError/notFinite(what:)``.
  public init(between first: Matrix, and second: Matrix) throws {
    guard first.columns == second.columns, first.columns > 0 else {
      throw ArtifactError.badArgument("sets of \(first.columns) and of \(second.columns) features have no distance")
    }
    guard min(first.rows, second.rows) >= 4 else {
      throw ArtifactError.badArgument("a kernel distance needs at least four samples in each set")
    }
    guard (first.values + second.values).allSatisfy(\.isFinite) else {
      throw ArtifactError.notFinite(what: "a set of features")
    }
    let sets = [first, second].map { Self.spread($0) }
    samples = sets.map(\.rows)
    let count = min(Self.groups, samples.min() ?? 1)
    let within = sets.map { Self.sums(of: $0, and: $0, groups: count, withoutSelf: true) }
    let across = Self.sums(of: sets[0], and: sets[1], groups: count, withoutSelf: false)
    let sizes = sets.map { set in (0..<count).map { group in (set.rows - group + count - 1) / count } }
    func value(without left: Int?) -> Double {
      func kept(_ group: Int) -> Bool { group != left }
      func mean(_ sums: [[Double]], _ pairs: Double) -> Double {
        var total = 0.0
        for a in 0..<count where kept(a) { for b in 0..<count where kept(b) { total += sums[a][b] } }
        return total / pairs
      }
      let sizes = sizes.map { sizes in
        Double(sizes.indices.filter { kept($0) }.reduce(0) { $0 + sizes[$1] })
      }
      return mean(within[0], sizes[0] * (sizes[0] - 1)) + mean(within[1], sizes[1] * (sizes[1] - 1))
        - 2 * mean(across, sizes[0] * sizes[1])
    }
    distance = value(without: nil)
    let left = (0..<count).map { value(without: $0) }
    let mean = left.mean
    let squares = left.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares * Double(count - 1) / Double(count)).squareRoot()
  }

  private static func spread(_ set: Matrix) -> Matrix {
    guard set.rows > mostSamples else { return set }
    let rows = (0..<mostSamples).map { $0 * set.rows / mostSamples }
    let values = rows.flatMap { set.values[($0 * set.columns)..<(($0 + 1) * set.columns)] }
    return Matrix(rows: mostSamples, columns: set.columns, values: values)
  }

  /// Kernels added up by the groups of both samples: sample i is in group i mod `groups`.
  private static func sums(of first: Matrix, and second: Matrix, groups: Int, withoutSelf: Bool) -> [[Double]] {
    let products = first.timesTransposed(second)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: groups), count: groups)
    let dimensions = Double(first.columns)
    for row in 0..<products.rows {
      for column in 0..<products.columns where !(withoutSelf && row == column) {
        let base = products.values[row * products.columns + column] / dimensions + 1
        sums[row % groups][column % groups] += base * base * base
      }
    }
    return sums
  }
}
