import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// What a precision costs in one net: one pass in it, against the same in 64 bits.
public struct PrecisionCost: Encodable, Sendable {
  /// One band of the input gradient's lattice in both.
  public struct Band: Encodable, Sendable {
    /// In pixels.
    public var period: Int
    /// CV² of the phases' energies, of one picture, not corrected for chance.
    public var exact: Double
    /// The same in the precision.
    public var found: Double
  }

  /// `bf16`, and whether it was emulated.
  public var precision: String
  /// Cosine between the output and that in 64 bits, −1…1.
  public var outputCosine: Double
  /// The same of the input gradient.
  public var gradientCosine: Double
  /// ‖Δ‖ ÷ ‖exact‖ of the input gradient.
  public var gradientRelativeError: Double
  /// Share of the pixels whose gradients have the same sign, 0…1; pixels where the exact one is zero do not count.
  public var equalSigns: Double
  /// Each band of the gradient's lattice; empty where the input is no picture or no lattice of periods fits it.
  public var bands: [Band]

  init(
    _ engine: EngineChoice, output: (found: Tensor, exact: Tensor), gradient: (found: Tensor, exact: Tensor),
    period: Int?
  ) throws {
    precision = engine.precisionName
    outputCosine = Self.cosine(output.found, output.exact)
    gradientCosine = Self.cosine(gradient.found, gradient.exact)
    var (difference, scale, equal, counted) = (0.0, 0.0, 0, 0)
    for (found, exact) in zip(gradient.found.scalars, gradient.exact.scalars) {
      difference += (Double(found) - Double(exact)) * (Double(found) - Double(exact))
      scale += Double(exact) * Double(exact)
      guard exact != 0 else { continue }
      counted += 1
      if (found > 0) == (exact > 0), found != 0 { equal += 1 }
    }
    gradientRelativeError = difference == 0 ? 0 : (difference / scale).squareRoot()
    equalSigns = counted == 0 ? 1 : Double(equal) / Double(counted)
    guard let period, gradient.exact.shape.rank == 4 else {
      bands = []
      return
    }
    let shape = gradient.exact.shape
    func measured(_ gradient: Tensor) throws -> LatticeFinding {
      let border = GradientLattice.usualBorder(period: period, height: shape[2], width: shape[3])
      var lattice = try GradientLattice(period: period, border: border)
      try lattice.add(gradient)
      return try lattice.finding()
    }
    let found = try measured(gradient.found)
    bands = try measured(gradient.exact).bands.compactMap { exact in
      found.bands.first { $0.period == exact.period }.map {
        Band(period: exact.period, exact: exact.cv2, found: $0.cv2)
      }
    }
  }

  private static func cosine(_ a: Tensor, _ b: Tensor) -> Double {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a.scalars, b.scalars) {
      product += Double(x) * Double(y)
      first += Double(x) * Double(x)
      second += Double(y) * Double(y)
    }
    let norm = (first * second).squareRoot()
    return norm == 0 ? (first == second ? 1 : 0) : product / norm
  }
}
