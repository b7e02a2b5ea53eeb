import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators that draw random numbers: the same ones each time, by the seed and the node's name.
  static let randomness: [String: OperatorTranslator] = [
    "RandomNormal": random(isLike: false) { node in try node.normal() },
    "RandomNormalLike": random(isLike: true) { node in try node.normal() },
    "RandomUniform": random(isLike: false) { node in try node.uniform() },
    "RandomUniformLike": random(isLike: true) { node in try node.uniform() },
    "Bernoulli": composed(1...1) { c in
      let x = try c.input(0)
      let drawn = c.apply(.random(try c.node.fill(.uniform(low: 0, high: 1))), x)
      let type = try c.node.targetType() ?? c.node.type(ofInput: 0) ?? .float32
      return drawn.combined(.less, x).cast(to: type)
    },
  ]

  private static func random(
    isLike: Bool, _ distribution: @escaping @Sendable (NodeTranslation) throws -> RandomFill.Distribution
  ) -> OperatorTranslator {
    { node in
      try node.requireInputs(isLike ? 1...1 : 0...0)
      var fill = try node.fill(distribution(node))
      if !isLike {
        let extents = 0...(1 << 40)
        fill.shape = try node.attributes.required("shape", node.attributes.ints("shape", in: extents))
      }
      try node.emit(.random(fill))
    }
  }
}

extension NodeTranslation {
  fileprivate func fill(_ distribution: RandomFill.Distribution) throws -> RandomFill {
    let seed = try attributes.float("seed").map { UInt64($0.bitPattern) } ?? 0
    return RandomFill(distribution, seed: seed, stream: node.label)
  }

  fileprivate func normal() throws -> RandomFill.Distribution {
    .normal(mean: try attributes.float("mean") ?? 0, deviation: try attributes.float("scale") ?? 1)
  }

  fileprivate func uniform() throws -> RandomFill.Distribution {
    .uniform(low: try attributes.float("low") ?? 0, high: try attributes.float("high") ?? 1)
  }
}
