import GinghamTensors

/// How far a picture is from another one.
public struct Distances: Hashable, Sendable, Codable {
  /// Pixels that differ in any channel.
  public var l0: Int
  /// Root of the sum of squares, in units of 0…1.
  public var l2: Double
  /// Largest absolute change, in units of 0…1.
  public var linf: Double

  init(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>, channels: Int) {
    let pixels = a.count / max(channels, 1)
    l0 = (0..<pixels).count { pixel in
      (0..<channels).contains { a[$0 * pixels + pixel] != b[$0 * pixels + pixel] }
    }
    l2 = squaredDistance(a, b).squareRoot()
    linf = largestDifference(a, b)
  }

  /// The distance in a norm.
  public subscript(norm: PerturbationNorm) -> Double { norm == .linf ? linf : l2 }
}

extension Tensor {
  /// Distances of each picture of a batch N×C×H×W to the one at its place in `other`.
  func distances(to other: Tensor) -> [Distances] {
    (0..<shape[0]).map { sample in
      withSample(sample) { a in other.withSample(sample) { b in Distances(a, b, channels: shape[1]) } }
    }
  }

  /// The elements of one picture of a batch.
  func withSample<Result>(_ index: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
    let count = count / shape[0]
    return try withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[(index * count)..<((index + 1) * count)]))
    }
  }

  mutating func withMutableSample<Result>(
    _ index: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    let count = count / shape[0]
    return try withUnsafeMutableBufferPointer {
      try body(UnsafeMutableBufferPointer(rebasing: $0[(index * count)..<((index + 1) * count)]))
    }
  }

  /// Overwrites one picture of a batch with the one at its place in `other`.
  mutating func copySample(_ index: Int, from other: Tensor) {
    other.withSample(index) { source in withMutableSample(index) { _ = $0.update(fromContentsOf: source) } }
  }
}
