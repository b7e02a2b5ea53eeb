import Foundation
import GinghamDiagnosis
import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// What is drawn of a trace.
struct GeneratorTraceDrawing {
  let trace: GeneratorTrace
  var maps = Maps()

  /// Activations of one layer.
  struct Maps {
    /// The layer whose maps are shown.
    var layer = ""
    /// C×H×W of the first samples.
    var activations: [Tensor] = []
    /// C×H×W: the mean over all samples.
    var mean: Tensor?
  }

  private var samples: Int { trace.samples }

  /// Writes `lattice.png` (the grid's share on the way up), `alike.png` (the part of it that all samples have alike),
  /// `peaks.png` (the pictures' peaks, with and without each layer's unevenness) and `activations.png` (maps of the layer
  /// to blame).
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    let share = latticePlot("Grid of the activations on the way up, \(sampleCount(samples))", \.share)
    let alike = latticePlot("The part of the grid that all \(samples) samples have alike", \.lockedShare)
    for (name, plot) in [("lattice.png", share), ("alike.png", alike)] {
      if let plot { try folder.write(name, figure: plot.figure()) }
    }
    if let chart = peakChart { try folder.write("peaks.png", figure: chart.figure()) }
    if let sheet = try activationSheet() { try folder.write("activations.png", figure: sheet.figure()) }
  }

  /// A line a period, from the layer that gives it to the picture.
  func latticePlot(_ title: String, _ figure: (ActivationLattice.Band) -> Double) -> Plot? {
    let (periods, layers) = (trace.pixelPeriods, trace.layers)
    guard !periods.isEmpty else { return nil }
    let series = periods.map { period in
      let places = layers.indices.compactMap { index in
        layers[index].bands.first { $0.pixels == period }.map { (Double(index), $0) }
      }
      let owner = places.first?.1.layer.map { " (\($0))" } ?? ""
      return Series(
        "\(period) px\(owner)", x: places.map(\.0), y: places.map { max(figure($0.1.band), 1e-6) },
        style: .lineWithPoints)
    }
    let enlarging = Set(layers.flatMap { $0.bands.compactMap(\.layer) })
    let marks = layers.indices.filter { enlarging.contains(layers[$0].name) }
    return Plot(
      title, x: Axis("layer (0 = \(layers.first?.name ?? ""), \(layers.count - 1) = \(layers.last?.name ?? ""))"),
      y: Axis("share of the fine detail", scale: .logarithmic), series: series,
      references: marks.map { .vertical(at: Double($0), name: layers[$0].name) }, plotSize: (620, 320))
  }

  var peakChart: BarChart? {
    let periods = trace.pooled.lattice.bands.map(\.period)
    guard !periods.isEmpty else { return nil }
    let bars =
      [BarChart.Bars("as it is", values: periods.map { trace.pooled.peakDecibels(of: $0) ?? .nan })]
      + trace.without.map { change in
        .init(
          "\(change.layers.joined(separator: ", ")) evened", values: periods.map { change.peakDecibels(of: $0) ?? .nan }
        )
      }
    return BarChart(
      "Peaks of the pictures' spectrum, with and without a layer's uneven phase sums",
      categories: periods.map { "\($0) px" }, bars: bars, axis: Axis("over its surroundings (dB)"), width: 520)
  }

  /// Some channels of the layer to blame: samples one below the other, then the fine detail of the mean over all.
  func activationSheet(channels limit: Int = 8) throws -> ContactSheet? {
    guard let mean = maps.mean, let sample = maps.activations.first else { return nil }
    let channels = Array(0..<min(mean.shape[0], limit))
    var tiles: [ContactSheet.Tile] = []
    for (number, activation) in maps.activations.enumerated() {
      for channel in channels {
        tiles.append(
          .init(
            try Picture(activation.slice(axis: 0, channel..<(channel + 1)).stretched()),
            label: number == 0 ? "channel \(channel)" : ""))
      }
    }
    let filter = try TriangleFilter(period: 4)
    for channel in channels where samples > 1 {
      let plane = try Plane.planes(of: mean.slice(axis: 0, channel..<(channel + 1)))[0]
      guard let detail = filter.highPassed(plane) else { continue }
      let heat = try HeatMap(of: detail.tensor.reshaped(to: [1, detail.height, detail.width]))
      tiles.append(.init(heat.picture, label: "mean of \(samples), fine detail"))
    }
    return ContactSheet(
      "\(maps.layer), \(sample.shape[1])×\(sample.shape[2]): \(sampleCount(maps.activations.count))"
        + (samples > 1 ? " and what all share" : ""),
      tiles: tiles, columns: channels.count, side: 150)
  }
}

extension Tensor {
  /// From its least to its largest element over black to white.
  fileprivate func stretched() -> Tensor {
    let (low, high) = withUnsafeBufferPointer { ($0.min() ?? 0, $0.max() ?? 1) }
    return map { high > low ? ($0 - low) / (high - low) : 0.5 }
  }
}
