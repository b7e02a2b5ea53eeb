import Foundation
import GinghamSignals
import GinghamTensors

/// The power of a map at every spatial frequency, in decibels, frequency zero in the middle. Rings mark the lattice
/// frequencies of chosen periods.
public struct SpectrumPlot: Sendable {
  /// Above the figure.
  public var title: String
  /// H×W, frequency zero at [0, 0].
  public var power: Tensor
  /// Lattice periods in pixels to be marked, such as the strides of a network.
  public var periods: [Int]
  /// More rings than this for one period would hide the picture; such periods are left unmarked.
  public static let ringLimit = 64

  /// Of a spectrum whose power counts; lattice frequencies of `periods` are ringed.
  public init(_ title: String, spectrum: PowerSpectrum, periods: [Int] = []) {
    self.init(title, power: spectrum.mean, periods: periods)
  }

  /// With the properties of the same names.
  public init(_ title: String, power: Tensor, periods: [Int] = []) {
    self.title = title
    self.power = power
    self.periods = periods
  }

  /// - Throws: ``ImageError/undrawable(_:)`` where the power is not H×W,
  ///   ``ImageError/nonFinite(what:count:total:)`` where a value is NaN or infinite.
  public func figure() throws -> Figure { try Self.row([self]) }

  /// Spectra side by side on one scale, in decibels above the median of the first.
  ///
  /// - Throws: as ``figure()``.
  public static func row(_ plots: [SpectrumPlot]) throws -> Figure {
    for power in plots.map(\.power) {
      guard power.shape.rank == 2, power.count > 0 else {
        throw ImageError.undrawable("a spectrum is H×W, not \(power.shape)")
      }
      try power.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the spectrum") }
    }
    let median = plots.lazy.compactMap(\.median).first
    let levels = plots.map { $0.decibels(over: median) }
    let least = levels.map { Double($0.scalars.percentile(1)) }.min() ?? 0
    let most = levels.map { Double($0.scalars.percentile(99.95)) }.max() ?? 0
    let whose = plots.count == 1 ? "the median" : "the median of the first"
    return try .row(
      zip(plots, levels).map { plot, levels in
        try MatrixPlot(
          plot.title, values: levels, range: least < most ? least...most : nil,
          barLabel: "power relative to \(whose) (dB)", x: axis("horizontal", count: levels.shape[1]),
          y: axis("vertical", count: levels.shape[0], isReversed: true), marks: plot.marks
        ).figure()
      })
  }

  /// Of what is above zero; `nil` where nothing is.
  private var median: Double? {
    let positive = power.scalars.filter { $0 > 0 }
    return positive.isEmpty ? nil : Double(positive.percentile(50))
  }

  /// The power in decibels, frequency zero in the middle. Bins without any power lie 10 dB below the weakest of the others.
  private func decibels(over median: Double?) -> Tensor {
    guard let median, let weakest = power.scalars.filter({ $0 > 0 }).min() else { return Tensor(power.shape) }
    let floor = 10 * log10(Double(weakest) / median) - 10
    return power.frequencyShifted.map { Float($0 > 0 ? 10 * log10(Double($0) / median) : floor) }
  }

  /// Frequencies in cycles a pixel. Bins are as wide as their distance, so the axis ends half a bin beyond the last.
  static func axis(_ direction: String, count: Int, isReversed: Bool = false) -> Axis {
    let first = -Double(count / 2) / Double(count)
    let half = 0.5 / Double(count)
    return Axis(
      "\(direction) frequency (cycles/px)", range: (first - half)...(first - half + 1),
      ticks: [-0.5, -0.25, 0, 0.25, 0.5], isReversed: isReversed)
  }

  private var marks: [MatrixPlot.Mark] {
    periods.flatMap { period in
      let frequencies = Self.latticeFrequencies(period: period)
      return frequencies.count > Self.ringLimit
        ? [] : frequencies.map { MatrixPlot.Mark(x: $0.x, y: $0.y, name: "period \(period) px") }
    }
  }

  /// The frequencies whose exact period is `period`, each once, in −½ ..< ½ cycles a pixel, y downwards.
  public static func latticeFrequencies(period: Int) -> [(x: Double, y: Double)] {
    guard period > 1 else { return [] }
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    func frequency(_ index: Int) -> Double {
      Double(2 * index >= period ? index - period : index) / Double(period)
    }
    return (0..<period).flatMap { row in
      (0..<period).compactMap { column in
        divisor(divisor(row, column), period) == 1 ? (frequency(column), frequency(row)) : nil
      }
    }
  }
}
