import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// How the gradient of what the net says is shared out among the units of a layer: each unit's part of its energy, over all
/// positions, the mean over pictures.
struct GradientFlow {
  /// By layer, of all its units; no entry where the gradient there is no map, or is zero at every picture.
  private(set) var shares: [String: [Double]] = [:]

  /// Pictures that are looked at, at most.
  private static let most = 64

  /// - Throws: ``NetworkError``, ``ObjectiveError``, ``EngineError``.
  init(
    through layers: [String], of model: Model, at pictures: [String], _ differentiator: any Differentiator,
    _ context: RunContext
  ) throws {
    let objective = try model.objectiveParser().parse("top")
    // Of a second output's branch there is nothing to say.
    let leading = model.network.nodes.ancestors(of: try objective.layers.map(model.network.value))
    let layers = try layers.filter { leading.contains(try model.network.value(ofLayer: $0)) }
    guard !layers.isEmpty else { return }
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [model.inputShape(batch: 1)], gradientsAt: layers)
    let pictures = pictures.spread(over: Self.most)
    let sums = try context.once(named: "gradient flow") {
      var sums: [[Float]] = []
      for (number, path) in pictures.enumerated() {
        context.progress.step("gradients", number, of: pictures.count)
        try Interruption.check()
        let gradients = try pass.valuesAndGradients(model.input(pictureAt: path)).gradients
        let shares = gradients.map(Self.shares)
        if sums.isEmpty { sums = shares.map { [Float](repeating: 0, count: $0.count) } }
        for (layer, shares) in shares.enumerated() {
          for (unit, share) in shares.enumerated() { sums[layer][unit] += share / Float(pictures.count) }
        }
      }
      return Finished(value: sums)
    }.value
    for (layer, shares) in zip(layers, sums) where shares.contains(where: { $0 > 0 }) {
      self.shares[layer] = shares.map(Double.init)
    }
  }

  /// Each channel's part of a gradient's energy; empty where it is no map N×C… .
  private static func shares(of gradient: Tensor) -> [Float] {
    guard gradient.shape.rank == 4 || gradient.shape.rank == 2 else { return [] }
    let channels = gradient.shape[1]
    let area = gradient.count / max(channels, 1)
    let energies = gradient.withUnsafeBufferPointer { gradient in
      (0..<channels).map { channel in
        gradient[(channel * area)..<((channel + 1) * area)].reduce(0) { $0 + Double($1) * Double($1) }
      }
    }
    let whole = energies.reduce(0, +)
    return energies.map { whole > 0 && whole.isFinite ? Float($0 / whole) : 0 }
  }
}
