import GinghamLattices
import GinghamTensors

/// Where a loss is sensitive to first order, pooled over pictures: shares of each pixel, lattice phase and band. Each
/// picture's gradient is scaled to length 1 first, so that none outweighs the others.
public struct SensitivityMap: Sendable {
  /// In pixels.
  public let period: Int
  private var energy: Plane?
  private var magnitudes: [Double]
  private var phaseEnergies: [Double]
  private var lattice: GradientLattice

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``.
  public init(period: Int, height: Int, width: Int) throws {
    self.period = period
    lattice = try GradientLattice(
      period: period, border: GradientLattice.usualBorder(period: period, height: height, width: width))
    magnitudes = [Double](repeating: 0, count: period * period)
    phaseEnergies = magnitudes
  }

  /// Adds the gradients N×C×H×W of a loss; those that are zero everywhere are left out.
  ///
  /// - Throws: ``ArtifactError/wrongRank(_:)``, ``ArtifactError/notFinite(what:)``,
  ///   ``ArtifactError/tooSmall(height:width:needed:why:)``.
  public mutating func add(_ gradients: Tensor) throws {
    for sample in 0..<gradients.shape[0] {
      let gradient = gradients.sample(sample)
      let length = gradient.withUnsafeBufferPointer { sumOfSquares($0).squareRoot() }
      guard length > 0 else { continue }
      let scaled = gradient.map { Float(Double($0) / length) }
      guard let plane = try Plane.energies(of: scaled).first else { continue }
      try lattice.add(energy: plane)
      addPhases(of: scaled, energy: plane)
      if var sum = energy, sum.values.count == plane.values.count {
        for index in sum.values.indices { sum.values[index] += plane.values[index] }
        energy = sum
      } else {
        energy = plane
      }
    }
  }

  private mutating func addPhases(of gradient: Tensor, energy: Plane) {
    let (height, width) = (energy.height, energy.width)
    gradient.withUnsafeBufferPointer { values in
      for start in stride(from: 0, to: values.count, by: max(height * width, 1)) {
        lattice.lattice.forEachPixel(rows: height, columns: width, pitch: width, from: start) { index, phase in
          magnitudes[phase] += Double(abs(values[index]))
        }
      }
    }
    lattice.lattice.forEachPixel(rows: height, columns: width, pitch: width) { index, phase in
      phaseEnergies[phase] += energy.values[index]
    }
  }

  /// Gradients so far.
  public var pictureCount: Int { lattice.inputCount }

  /// H×W: the share of each pixel in ‖g‖₂², all channels together; the shares sum to 1.
  public var pixelShares: Tensor {
    guard let energy else { return Tensor([1, 1]) }
    let sum = energy.values.reduce(0, +)
    return Tensor([energy.height, energy.width], energy.values.map { Float($0 / sum) })
  }

  /// Row-major S×S: the share of each phase in ‖g‖₂², which bounds what an L2 budget can do there.
  public var phaseEnergyShares: [Double] { Self.shares(phaseEnergies) }

  /// Row-major S×S: the share of each phase in ‖g‖₁, which bounds what an L∞ budget can do there.
  public var phaseMagnitudeShares: [Double] { Self.shares(magnitudes) }

  private static func shares(_ values: [Double]) -> [Double] {
    let sum = values.reduce(0, +)
    return values.map { sum > 0 ? $0 / sum : 0 }
  }

  /// Unevenness over the lattice, by bands.
  ///
  /// - Parameters:
  ///   - prediction: H×W, the variance expected at each pixel.
  ///   - layers: what brings in the band of each period.
  /// - Throws: ``ArtifactError/noMaps`` where every gradient was zero.
  public func finding(prediction: Plane? = nil, layers: [Int: String] = [:]) throws -> LatticeFinding {
    try lattice.finding(prediction: prediction, layers: layers)
  }
}
