import GinghamLattices
import GinghamSignals

/// The Fréchet distance of the Gaussians through two sets of features: ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2(C₁C₂)^½) (Dowson &
/// Landau 1982). With pool features of the Inception net it is the FID of Heusel et al. 2017, with others it is not.
public struct FrechetDistance: Hashable, Sendable {
  /// Squared, as is usual (Heusel et al. 2017).
  public let distance: Double
  /// ‖μ₁ − μ₂‖².
  public let meanPart: Double
  /// tr(C₁ + C₂ − 2(C₁C₂)^½).
  public let covariancePart: Double
  /// Numbers of samples, and of features.
  public let samples: (Int, Int)
  /// Dimensions of the features.
  public let features: Int

  /// Whether a covariance is estimated from no more samples than it has rows: the distance is then biased upwards.
  public var isRankDeficient: Bool { min(samples.0, samples.1) <= features }

  /// Of two sets, a row a sample. Covariances are divided by n − 1.
  ///
  /// With centred sets A and B over √(n − 1), C₁ = AᵀA and C₂ = BᵀB, so that the eigenvalues of C₁C₂ are the squared
  /// singular values of ABᵀ. No root of a matrix is taken, nothing is squared, and few samples of many features cost
  /// little: O(n₁n₂d) where they are fewer than the features, O(nd²) where they are more.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` below two samples a set or for unequal numbers of features,
  ///   ``ArtifactError/notFinite(what:)``, ``LinearAlgebraError``.
  public init(between first: Matrix, and second: Matrix) throws {
    guard first.columns == second.columns else {
      throw ArtifactError.badArgument("sets of \(first.columns) and of \(second.columns) features have no distance")
    }
    guard first.rows > 1, second.rows > 1 else {
      throw ArtifactError.badArgument("a Fréchet distance needs at least two samples in each set")
    }
    guard (first.values + second.values).allSatisfy(\.isFinite) else {
      throw ArtifactError.notFinite(what: "a set of features")
    }
    let (a, b) = (CentredSet(first), CentredSet(second))
    meanPart = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let cross = try a.centred.gramFactor().timesTransposed(b.centred.gramFactor()).singularValues().reduce(0, +)
    covariancePart = max(0, a.trace + b.trace - 2 * cross)
    distance = meanPart + covariancePart
    samples = (first.rows, second.rows)
    features = first.columns
  }

  /// Whether both have the same figures.
  public static func == (left: FrechetDistance, right: FrechetDistance) -> Bool {
    left.distance == right.distance && left.meanPart == right.meanPart && left.samples == right.samples
      && left.features == right.features
  }

  /// By everything that equality compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(distance)
    hasher.combine(features)
  }
}

/// A set less its mean, over √(n − 1): its Gram matrix over the features is the covariance.
private struct CentredSet {
  let mean: [Double]
  let centred: Matrix
  let trace: Double

  init(_ set: Matrix) {
    var mean = [Double](repeating: 0, count: set.columns)
    for row in 0..<set.rows {
      for column in 0..<set.columns { mean[column] += set.values[row * set.columns + column] }
    }
    for column in mean.indices { mean[column] /= Double(set.rows) }
    let scale = 1 / Double(set.rows - 1).squareRoot()
    var values = set.values
    for row in 0..<set.rows {
      for column in mean.indices {
        let index = row * set.columns + column
        values[index] = (values[index] - mean[column]) * scale
      }
    }
    self.mean = mean
    centred = Matrix(rows: set.rows, columns: set.columns, values: values)
    trace = values.reduce(0) { $0 + $1 * $1 }
  }
}
