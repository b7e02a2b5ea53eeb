import Foundation
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamRewriting
import GinghamTensors

/// What a network is judged by before and after: equal inputs, equal measures.
protocol RepairSubject {
  var kind: RepairFindings.Kind { get }
  var count: Int { get }
  /// The value whose grid matters: what is painted, or where gradients start.
  var output: ValueID { get }
  /// Pictures that could not be read.
  var skipped: [SkippedFile] { get }

  /// What the architecture of a network, whose values the original's identifiers name, implies at one size.
  func prediction(of network: BoundNetwork) -> RepairPrediction

  /// Where each channel of a layer of such a network is best moved to, by what the channels carry over all inputs; `nil`
  /// where that cannot be told.
  func staggering(of layer: String, in model: Model) throws -> [StaggerOffset]?

  /// Runs such a network over all inputs.
  ///
  /// - Parameter what: is counted, an input at a time.
  func measure(_ model: Model, counting what: String) throws -> RepairMeasurement
}

/// What a run over all inputs gave.
struct RepairMeasurement {
  /// N×… of the outputs.
  var outputs: Tensor
  var pictures: PictureLatticeFinding?
  var locked: LockedLatticeFinding?
  var spectrum: (power: Plane, maps: Int)?
  var gradients: LatticeFinding?
  /// Gradients of the first few inputs, to be shown.
  var maps: [Tensor] = []
  /// What the gradients of all inputs come to, and how they were measured.
  var pool: LatticePool?
  var survey: LatticeSurvey?
}

extension RepairFindings.Difference {
  init(before: Tensor, after: Tensor, kind: RepairFindings.Kind) {
    var (squares, largest, sum, power) = (0.0, 0.0, 0.0, 0.0)
    before.withUnsafeBufferPointer { a in
      after.withUnsafeBufferPointer { b in
        for index in a.indices {
          let difference = Double(b[index]) - Double(a[index])
          squares += difference * difference
          largest = max(largest, abs(difference))
          sum += Double(a[index])
          power += Double(a[index]) * Double(a[index])
        }
      }
    }
    let count = Double(max(before.count, 1))
    let rms = (squares / count).squareRoot()
    let deviation = max(power / count - sum * sum / (count * count), 0).squareRoot()
    self.init(
      rms: rms, relativeRMS: deviation > 0 ? rms / deviation : rms > 0 ? .infinity : 0, largest: largest,
      peakSignalToNoise: kind == .pictures && rms > 0 ? -20 * log10(rms) : nil,
      sameClass: kind == .pictures ? nil : Self.agreement(before, after))
  }

  private static func agreement(_ before: Tensor, _ after: Tensor) -> Double? {
    guard before.shape.rank >= 2, before.shape[0] > 0, before.count > before.shape[0] else { return nil }
    let top = ClassObjective(.top)
    let pairs = zip(top.classes(of: before), top.classes(of: after))
    return Double(pairs.count { $0 == $1 }) / Double(before.shape[0])
  }
}
