import GinghamLattices
import GinghamTensors

/// What is gathered of one layer's maps over the samples. Each instance is used by one thread at a time.
public final class ActivationMaps: @unchecked Sendable {
  /// `nil` before the first maps.
  public private(set) var lattice: ActivationLattice?
  private let keepsMean: Bool
  private let kept: Int
  private var sums: [Plane] = []
  private var squares = 0.0
  private var elements = 0
  private var samples = 0
  /// C×H×W of the first samples.
  public private(set) var first: [Tensor] = []

  /// - Parameters:
  ///   - keepsMean: whether the mean map of each channel is wanted.
  ///   - kept: samples whose maps are kept whole.
  public init(lattice: ActivationLattice?, keepsMean: Bool, kept: Int) {
    self.lattice = lattice
    self.keepsMean = keepsMean
    self.kept = kept
  }

  /// - Parameters:
  ///   - tensor: N×C×H×W, or without positions.
  ///   - count: samples of it that are meant; the rest fill up a batch.
  /// - Throws: ``ModelError/nonFiniteResult(what:count:of:)``.
  public func add(_ tensor: Tensor, samples count: Int, name: String) throws {
    try tensor.requireFinite("the activation of '\(name)'")
    guard tensor.shape.rank == 4 else { return }
    for index in 0..<count {
      let sample = tensor.shape[0] == 1 ? tensor : tensor.sample(index)
      let maps = try Plane.planes(of: sample)
      samples += 1
      elements += sample.count
      squares += sample.withUnsafeBufferPointer { $0.reduce(0) { $0 + Double($1) * Double($1) } }
      try lattice?.add(maps)
      if first.count < kept { first.append(sample.reshaped(to: Shape(Array(sample.shape.dimensions.dropFirst())))) }
      guard keepsMean else { continue }
      if sums.isEmpty {
        sums = maps
      } else {
        for (channel, map) in maps.enumerated() {
          for place in map.values.indices { sums[channel].values[place] += map.values[place] }
        }
      }
    }
  }

  /// Over all elements so far.
  public var rootMeanSquare: Double { elements > 0 ? (squares / Double(elements)).squareRoot() : 0 }

  /// The mean over samples of each channel.
  public var mean: [Plane] {
    sums.map { sum in
      Plane(height: sum.height, width: sum.width, values: sum.values.map { $0 / Double(max(samples, 1)) })
    }
  }

  /// Over positions and samples, mean over channels.
  public var variance: Double {
    guard !sums.isEmpty, elements > 0 else { return 0 }
    let means = mean.map(\.mean)
    let square = means.reduce(0) { $0 + $1 * $1 } / Double(means.count)
    return max(0, squares / Double(elements) - square)
  }

  /// C×H×W.
  public var meanTensor: Tensor? {
    let planes = mean
    guard let first = planes.first else { return nil }
    return Tensor([planes.count, first.height, first.width], planes.flatMap { $0.values.map(Float.init) })
  }
}
