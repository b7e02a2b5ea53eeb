import GinghamTensors

/// Energies of gradients by lattice phase, summed over channels and over as many inputs as are added.
///
/// Texture differs from input to input and averages out; the lattice is locked to pixel 0 and stays.
public struct PhaseEnergies: Sendable, Codable {
  /// What energies are folded onto.
  public let lattice: Lattice
  /// Σ over inputs of the mean energy of each phase.
  public private(set) var table: PhaseTable
  /// Of each lattice frequency by its place: what the frequencies around it have, in the units of ``table`` squared.
  private var surroundings: [Int: Surroundings] = [:]
  /// Maps so far.
  public private(set) var inputCount = 0

  /// With the property of the same name.
  public init(lattice: Lattice) {
    self.lattice = lattice
    table = PhaseTable(lattice: lattice, values: [Double](repeating: 0, count: lattice.phaseCount))
  }

  /// Adds one input's energy map e = Σ_c g², whose pixel (0, 0) lies on phase (0, 0).
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side.
  public mutating func add(energy: Plane) throws {
    let means = try PhaseTable(means: energy, lattice: lattice)
    for index in table.values.indices { table.values[index] += means.values[index] }
    inputCount += 1
    // With one pixel a phase nothing can be told apart from noise: the correction stays silent then.
    let mean = means.mean
    guard mean > 0 else { return }
    // In units of the mean: squares of small energies are below what single precision holds.
    let relative = Plane(height: energy.height, width: energy.width, values: energy.values.map { $0 / mean })
    let spectrum = HalfSpectrum(of: relative.cropped(toMultipleOf: lattice.period).tensor)
    for peak in SpectralPeaks(in: spectrum, variance: 1, lattice: lattice).peaks {
      var sum = surroundings[peak.row << 16 | peak.column] ?? Surroundings(peak)
      sum.power += peak.surroundings * mean * mean
      sum.count += peak.ringCount
      surroundings[peak.row << 16 | peak.column] = sum
    }
  }

  /// Adds what another one has gathered on the same lattice. Inputs that are added one by one, and gatherings of one input
  /// each that are added in the same order, give the same bits.
  mutating func add(_ other: PhaseEnergies) {
    for index in table.values.indices { table.values[index] += other.table.values[index] }
    inputCount += other.inputCount
    for (place, part) in other.surroundings {
      surroundings[place]?.add(part)
      if surroundings[place] == nil { surroundings[place] = part }
    }
  }

  /// Of the means so far.
  public var unevenness: Unevenness { Unevenness(of: table) }

  /// What an even gradient would give on average for the CV² of a whole lattice: the power that the frequencies around
  /// those of the lattice have, whatever the objects in a picture made of it.
  public var bias: Double { lattice.bandPeriods.reduce(0) { $0 + bias(ofBand: $1) } }

  /// The same of one band.
  public func bias(ofBand period: Int) -> Double {
    let mean = table.mean
    guard mean > 0 else { return 0 }
    return band(period).reduce(0) { $0 + $1.power * $1.weight } / (mean * mean)
  }

  /// Standard error of a band's CV² less its bias if the gradient were even: the power of a frequency is then
  /// exponential, of one that is its own mirror image a squared normal's, and its surroundings are known as well as their
  /// number allows.
  public func standardError(ofBand period: Int) -> Double {
    let mean = table.mean
    guard mean > 0 else { return 0 }
    let variance = band(period).reduce(0) { sum, one in
      let own = one.isSelfConjugate ? 2.0 : 1
      return sum + one.power * one.power * one.weight * one.weight * (own + 1 / Double(max(one.count, 1)))
    }
    return variance.squareRoot() / (mean * mean)
  }

  /// In one order, so that sums are the same in every run.
  private func band(_ period: Int) -> [Surroundings] {
    surroundings.filter { $0.value.exactPeriod == period }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Of one frequency of a half plane.
  private struct Surroundings: Hashable, Sendable, Codable {
    let exactPeriod: Int
    let isSelfConjugate: Bool
    /// Σ over inputs of the mean power around it.
    var power = 0.0
    /// Of the bins that are the mean of.
    var count = 0
    /// It and its mirror image.
    var weight: Double { isSelfConjugate ? 1 : 2 }

    mutating func add(_ other: Surroundings) {
      power += other.power
      count += other.count
    }

    init(_ peak: SpectralPeaks.Peak) {
      exactPeriod = peak.exactPeriod
      isSelfConjugate = peak.isSelfConjugate
    }
  }
}

extension Plane {
  /// Every value's square.
  package var squared: Plane { Plane(height: height, width: width, values: values.map { $0 * $0 }) }
}
