import GinghamNetworks
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One guess at what an architecture leaves open: how much power shortcuts pass, how far gates and positions agree, how
/// neighbours in pools depend on each other, and what the finitely many weights of each strided layer sum to.
struct WeightDraw {
  let seed: Int
  let signals: PredictionOptions.Signals
  /// Power that a shortcut passes over that of the branch beside it.
  let shortcut: Double
  /// In 0…1: from gradients of a gate that cancel over the positions it stands for to such that add up.
  let gating: Double
  /// In 0…1: how far all positions receive the same gradient.
  var coherence: Double
  /// Weighted layers on the longest way to each value: of two that are added, the shallower is the shortcut.
  let depths: [ValueID: Int]

  /// Of shortcuts, smallest and largest: residual nets whose branches are normalised, and such whose branches start weak.
  static let shortcuts = 1.0 / 6...24.0
  /// Of the channels that a layer sends to, the least share that independent gradients span.
  static let leastRank = 1.0 / 8

  /// - Parameter coherence: at most.
  init(_ seed: Int, coherence largest: Double, depths: [ValueID: Int]) {
    var random = SeededGenerator(seed: UInt64(seed), name: "bounds")
    self.seed = seed
    self.depths = depths
    signals = seed.isMultiple(of: 2) ? .white : .smooth
    let range = WeightDraw.shortcuts
    shortcut = exp(random.number(in: log(range.lowerBound)...log(range.upperBound)))
    gating = random.unit()
    coherence = largest * random.unit()
  }

  /// Gain of one operand of a sum, both together passing what two alike would.
  func share(of value: ValueID, beside other: ValueID) -> Double {
    guard let own = depths[value], let others = depths[other], own != others else { return 1 }
    return own < others ? 2 * shortcut / (1 + shortcut) : 2 / (1 + shortcut)
  }

  /// Taps' powers as so many weights each would have them that are drawn independently: their squares sum to a χ².
  func varied(_ powers: [Double], weights: Int, of layer: ValueID) -> [Double] {
    var random = SeededGenerator(seed: UInt64(seed), name: "taps", layer.index)
    let rank = exp(random.number(in: log(WeightDraw.leastRank)...0))
    let degrees = max(1, Double(weights) * rank)
    return powers.map { $0 * WeightDraw.meanSquare(degrees, &random) }
  }

  /// Phases' energies where `channels` are all that a pixel has and its gradient is the same in every lattice: a χ² each,
  /// E_p = Σ_c (w_{p,c}·u)².
  func varied(_ energies: [Double], channels: Int) -> [Double] {
    guard coherence > 0 else { return energies }
    var random = SeededGenerator(seed: UInt64(seed), name: "phases")
    return energies.map {
      $0 * (1 - coherence + coherence * WeightDraw.meanSquare(Double(max(channels, 1)), &random))
    }
  }

  /// χ²/n of n degrees of freedom (Wilson & Hilferty 1931): mean 1, variance 2/n.
  static func meanSquare(_ degrees: Double, _ random: inout SeededGenerator) -> Double {
    let normal = (-2 * log(1 - random.unit())).squareRoot() * cos(2 * Double.pi * random.unit())
    let root = max(0, 1 - 2 / (9 * degrees) + normal * (2 / (9 * degrees)).squareRoot())
    return root * root * root
  }
}

extension Array where Element == Node {
  /// Convolutions and products with weights on the longest way from the inputs to each value.
  func weightedDepths() -> [ValueID: Int] {
    reduce(into: [:]) { depths, node in
      let before = node.inputs.compactMap { $0.flatMap { depths[$0] } }.max() ?? 0
      for output in node.outputs { depths[output] = before + (node.operation.hasWeights ? 1 : 0) }
    }
  }
}

extension Operation {
  fileprivate var hasWeights: Bool {
    switch self {
    case .convolution, .transposedConvolution, .matrixMultiply, .generalMatrixMultiply: true
    default: false
    }
  }
}
