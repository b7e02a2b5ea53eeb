import Foundation
import GinghamSignals
import GinghamTensors

/// What a phase study shows over all pictures.
public struct PhaseStudyFindings: Hashable, Sendable, Encodable {
  /// One phase of the lattice.
  public struct Phase: Hashable, Sendable, Encodable {
    /// Of the phase, from the top, modulo the period.
    public var row: Int
    /// Of the phase, from the left, modulo the period.
    public var column: Int
    /// E_p over its mean.
    public var energy: Double
    /// What an L2 budget gains there to first order: 1 for an even gradient.
    public var advantageL2: Double
    /// What an L∞ budget gains there to first order: 1 for an even gradient.
    public var advantageLinf: Double
    /// Medians over the pictures where DeepFool found a change.
    public var minimalL2: Double?
    /// Median of the smallest L∞ changes, in units of 0…1; `nil` where none succeeds.
    public var minimalLinf: Double?
  }

  /// Sets of pixels of one kind: the lattice's phases, random sets, phases of the control period.
  public struct Family: Hashable, Sendable, Encodable {
    /// What texts and figures call it.
    public var name: String
    /// Sets of pixels in it.
    public var sets: Int
    /// A₂, A∞ and A₁ of the set that is strongest on the *other* pictures, so that no set is chosen by the picture it is
    /// judged on.
    public var topAdvantageL2: Estimate?
    /// The same for an L∞ budget.
    public var topAdvantageLinf: Estimate?
    /// The same for an L1 budget.
    public var topAdvantageL1: Estimate?
    /// The smallest change on random sets over that on the same set: above 1, the set is easier to attack.
    public var easierL2: Estimate?
    /// The same for L∞ changes.
    public var easierLinf: Estimate?
    /// Spearman's correlation of 1/ε_min with E_p over the sets of a picture.
    public var correlationL2: Estimate?
    /// The same for L∞ changes.
    public var correlationLinf: Estimate?
  }

  /// The picture moved by one pixel.
  public struct Shift: Hashable, Sendable, Encodable {
    /// Spearman's correlation of E_p before and after at the same phase: 1 if the pattern belongs to the grid.
    public var withGrid: Estimate?
    /// The same with phases moved along: 1 if the pattern belongs to the picture.
    public var withPicture: Estimate?
    /// The former less the latter.
    public var difference: Estimate?
    /// As ``Family/easierL2`` for the moved picture, at the phase that was strongest before.
    public var easierL2: Estimate?
  }

  /// Across pictures: what goes with an easily attacked picture.
  public struct Covariates: Hashable, Sendable, Encodable {
    /// Spearman's correlation of 1/ε_min (L2, whole picture) with ‖g‖₂.
    public var lengthL2: Double?
    /// The same with the picture's unevenness CV².
    public var unevennessL2: Double?
    /// The latter with ‖g‖₂ held fixed.
    public var unevennessGivenLengthL2: Double?
  }

  /// In pixels.
  public var period: Int
  /// In pixels: a period that no stride has.
  public var controlPeriod: Int
  /// As many in every set.
  public var pixelsPerSet: Int
  /// Pictures that were studied.
  public var pictures: Int
  /// Every phase of the lattice.
  public var phases: [Phase]
  /// The lattice's phases together.
  public var lattice: Family
  /// Random sets together.
  public var random: Family
  /// The control period's phases together.
  public var control: Family
  /// What a shift of the pictures changes.
  public var shift: Shift
  /// What goes with an easily attacked picture.
  public var covariates: Covariates
  /// ‖g‖₁ relative to an even gradient of the same ‖g‖₂; below 1, an L∞ attack on the whole picture is harder.
  public var evenL1Ratio: Estimate?
  /// Median of the smallest L2 changes anywhere; `nil` where none succeeds.
  public var minimalL2: Double?
  /// Median of the smallest L∞ changes anywhere; `nil` where none succeeds.
  public var minimalLinf: Double?

  /// - Throws: ``ProbingError/badArgument(_:)`` without measurements.
  public init(_ measurements: [PhaseMeasurement], masks: PhaseStudyMasks, seed: UInt64 = 0) throws {
    guard !measurements.isEmpty else {
      throw ProbingError.badArgument("a phase study needs at least one picture that the network classifies correctly")
    }
    period = masks.period
    controlPeriod = masks.controlPeriod
    pixelsPerSet = masks.size
    pictures = measurements.count
    phases = masks.lattice.indices.map { index in
      let sets = measurements.map { $0.lattice[index] }
      return Phase(
        row: index / masks.period, column: index % masks.period, energy: sets.map(\.energy).mean,
        advantageL2: sets.map(\.advantageL2).mean, advantageLinf: sets.map(\.advantageLinf).mean,
        minimalL2: sets.compactMap(\.minimalL2).median, minimalLinf: sets.compactMap(\.minimalLinf).median)
    }
    lattice = Family("lattice phases", measurements, \.lattice, seed: seed)
    random = Family("random sets", measurements, \.random, seed: seed)
    control = Family("phases of the control period", measurements, \.control, seed: seed)
    shift = Shift(measurements, period: masks.period, seed: seed)
    covariates = Covariates(measurements)
    evenL1Ratio = Estimate(measurements.map(\.evenL1Ratio), seed: seed)
    minimalL2 = measurements.compactMap(\.minimalL2).median
    minimalLinf = measurements.compactMap(\.minimalLinf).median
  }
}

extension PhaseStudyFindings {
  /// A₂ of each picture at the phase that is strongest on the others.
  public static func topAdvantages(_ measurements: [PhaseMeasurement]) -> [Double] {
    guard !measurements.isEmpty else { return [] }
    let table = measurements.map(\.lattice)
    return zip(table, strongestOnOthers(table)).map { $0[$1].advantageL2 }
  }
}

extension PhaseStudyFindings.Family {
  init(
    _ name: String, _ measurements: [PhaseMeasurement], _ sets: (PhaseMeasurement) -> [MaskMeasurement], seed: UInt64
  ) {
    self.name = name
    let table = measurements.map(sets)
    self.sets = table[0].count
    let tops = strongestOnOthers(table)
    let top = zip(table, tops).map { $0[$1] }
    topAdvantageL2 = Estimate(top.map(\.advantageL2), seed: seed)
    topAdvantageLinf = Estimate(top.map(\.advantageLinf), seed: seed)
    topAdvantageL1 = Estimate(top.map(\.advantageL1), seed: seed)
    easierL2 = easier(top.map(\.minimalL2), measurements.map { $0.random.map(\.minimalL2) }, seed)
    easierLinf = easier(top.map(\.minimalLinf), measurements.map { $0.random.map(\.minimalLinf) }, seed)
    func correlation(_ minimal: (MaskMeasurement) -> Double?) -> Estimate? {
      let correlations = table.compactMap { row -> Double? in
        guard row.contains(where: { minimal($0) != nil }) else { return nil }
        // Where no change was found none is small: such sets come last.
        return rankCorrelation(row.map { set in minimal(set).map { 1 / $0 } ?? 0 }, row.map(\.energy))
      }
      return Estimate(correlations, seed: seed)
    }
    correlationL2 = correlation(\.minimalL2)
    correlationLinf = correlation(\.minimalLinf)
  }
}

extension PhaseStudyFindings.Shift {
  init(_ measurements: [PhaseMeasurement], period: Int, seed: UInt64) {
    var (stays, moves, differences): ([Double], [Double], [Double]) = ([], [], [])
    for measurement in measurements {
      let before = measurement.lattice.map(\.energy)
      let after = measurement.shifted.map(\.energy)
      // What stood on phase (r, c) stands on (r + 1, c + 1) now.
      let along = before.indices.map { index in
        after[(index / period + 1) % period * period + (index % period + 1) % period]
      }
      guard let grid = rankCorrelation(before, after), let picture = rankCorrelation(before, along) else { continue }
      stays.append(grid)
      moves.append(picture)
      differences.append(grid - picture)
    }
    withGrid = Estimate(stays, seed: seed)
    withPicture = Estimate(moves, seed: seed)
    difference = Estimate(differences, seed: seed)
    let tops = strongestOnOthers(measurements.map(\.lattice))
    easierL2 = easier(
      zip(measurements, tops).map { $0.shifted[$1].minimalL2 }, measurements.map { $0.random.map(\.minimalL2) }, seed)
  }
}

extension PhaseStudyFindings.Covariates {
  init(_ measurements: [PhaseMeasurement]) {
    let found = measurements.filter { ($0.minimalL2 ?? 0) > 0 }
    let ease = found.map { 1 / ($0.minimalL2 ?? 1) }
    lengthL2 = rankCorrelation(ease, found.map(\.gradientLength))
    unevennessL2 = rankCorrelation(ease, found.map(\.unevenness))
    unevennessGivenLengthL2 = partialRankCorrelation(
      ease, found.map(\.unevenness), given: found.map(\.gradientLength))
  }
}

/// For each picture the set of largest mean energy over the others; a picture alone chooses its own.
private func strongestOnOthers(_ table: [[MaskMeasurement]]) -> [Int] {
  let sets = table[0].indices
  let sums = sets.map { set in table.reduce(0) { $0 + $1[set].energy } }
  return table.map { row in
    let others = sets.map { table.count > 1 ? sums[$0] - row[$0].energy : sums[$0] }
    return others.indices.max { others[$0] < others[$1] } ?? 0
  }
}

/// Geometric mean over pictures of (geometric mean of the random sets' smallest changes) ÷ (the set's).
private func easier(_ minima: [Double?], _ random: [[Double?]], _ seed: UInt64) -> Estimate? {
  let logarithms = zip(minima, random).compactMap { minimum, random -> Double? in
    let found = random.compactMap { $0 }.filter { $0 > 0 }
    guard let minimum, minimum > 0, !found.isEmpty else { return nil }
    return found.map { log($0) }.mean - log(minimum)
  }
  return Estimate(logarithms, seed: seed)?.mapped { exp($0) }
}
