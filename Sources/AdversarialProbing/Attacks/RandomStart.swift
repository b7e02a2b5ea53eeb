import GinghamTensors

/// Where a search begins when it does not begin at the clean picture. Every picture draws from a sequence of its own.
struct RandomStart {
  var norm: PerturbationNorm
  var seed: UInt64
  var purpose: String
  /// On the surface of the budget's ball instead of anywhere inside.
  var isOnSurface = false

  /// Adds noise within each picture's budget and mask, and clips to 0…1.
  func move(_ x: inout Tensor, of batch: AttackBatch, epsilons: [Float]) {
    for sample in 0..<batch.count {
      var noise = direction(count: x.count / batch.count, name: "\(purpose).\(batch.names[sample])")
      noise.withUnsafeMutableBufferPointer { noise in
        batch.masks?[sample].apply(to: noise)
        let scale = epsilons[sample] * stretch(UnsafeBufferPointer(noise))
        x.withMutableSample(sample) { x in
          for index in x.indices { x[index] = clippedToUnit(x[index] + scale * noise[index]) }
        }
      }
    }
  }

  /// Uniform in the unit ball of the norm.
  private func direction(count: Int, name: String) -> [Float] {
    switch norm {
    case .linf:
      var random = SeededGenerator(seed: seed, name: name)
      return (0..<count).map { _ in random.signedUnit() }
    case .l2:
      // The first n coordinates of a point on a sphere in n + 2 dimensions are uniform in the ball.
      var normals = [Float](repeating: 0, count: count + (isOnSurface ? 0 : 2))
      normals.withUnsafeMutableBufferPointer { NormalSequence(seed: seed, name: name).fill($0) }
      let norm = normals.withUnsafeBufferPointer { Float(sumOfSquares($0).squareRoot()) }
      return normals.prefix(count).map { $0 / norm }
    }
  }

  private func stretch(_ noise: UnsafeBufferPointer<Float>) -> Float {
    guard isOnSurface else { return 1 }
    switch norm {
    case .linf: return 1 / max(noise.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
    case .l2: return Float(1 / (sumOfSquares(noise).squareRoot() + 1e-12))
    }
  }
}
