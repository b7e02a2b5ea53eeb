import Foundation
import GinghamImaging
import GinghamLattices

/// The spectrum of signals with the tones of lattices marked.
enum LineSpectrumPlot {
  /// More than the picture has columns.
  private static let points = 1024

  /// Spectra side by side on one scale.
  ///
  /// - Throws: ``ImageError``.
  static func row(_ spectra: [(title: String, power: Plane)], rate: Int? = nil, periods: [Int]) throws -> Figure {
    var plots = spectra.map { plot($0.title, power: $0.power, rate: rate, periods: periods) }
    let levels = plots.flatMap(\.series).flatMap(\.y).filter(\.isFinite)
    if plots.count > 1, let least = levels.min(), let most = levels.max(), least < most {
      for index in plots.indices { plots[index].y.range = least...most }
    }
    return try .row(plots.map { try $0.figure() })
  }

  /// - Parameters:
  ///   - power: 1×L, the whole spectrum.
  ///   - rate: in Hz; `nil`: frequencies are in cycles a sample.
  ///   - periods: in samples.
  static func plot(_ title: String, power: Plane, rate: Int?, periods: [Int]) -> Plot {
    let half = power.width / 2 + 1
    let group = max(1, (half + points - 1) / points)
    let unit = Double(rate ?? 1) / Double(power.width)
    var (x, mean, largest): ([Double], [Double], [Double]) = ([], [], [])
    // The mean would squeeze everything else.
    for start in stride(from: 1, to: half, by: group) {
      let bins = power.values[start..<min(start + group, half)]
      x.append((Double(start) + Double(bins.count - 1) / 2) * unit)
      mean.append(bins.reduce(0, +) / Double(bins.count))
      largest.append(bins.max() ?? 0)
    }
    func level(_ values: [Double]) -> [Double] { values.map { $0 > 0 ? 10 * log10($0) : .nan } }
    let top = Double(rate ?? 1) / 2
    let series =
      group == 1
      ? [Series("", x: x, y: level(largest))]
      : [Series("largest of \(group) bins", x: x, y: level(largest)), Series("their mean", x: x, y: level(mean))]
    return Plot(
      title, x: Axis(rate == nil ? "frequency (cycles/sample)" : "frequency (Hz)", range: 0...top),
      y: Axis("power (dB)"), series: series,
      references: periods.filter { $0 <= 16 }.map { period in
        .vertical(at: Double(rate ?? 1) / Double(period), name: "1/\(period)")
      })
  }
}
