import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

extension PredictFindings {
  /// Writes `overlap.png` (the lattice far from the borders, and for generators the whole painted picture),
  /// `variance.png` (the gradient's power over the whole picture) and `layers.png` (of generators what their layers
  /// paint with, and the gradient's unevenness beside it in `gradient-layers.png` where there is any).
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(_ planes: PredictedPlanes, into folder: RunFolder) throws {
    let isPainted = picture != nil
    let name = model.split(separator: "/").last.map(String.init) ?? model
    let plot = try Self.plot(
      isPainted ? "\(name): overlap of what it paints" : "\(name): predicted gradient power by pixel",
      planes.tile.repeated(atLeast: 16), unit: isPainted ? "overlap over its mean" : "power over its mean")
    try folder.write("overlap.png", figure: plot)
    if let overlap = planes.overlap, overlap.width > 1, overlap.height > 1 || overlap.isLine {
      let whole = try Self.plot(
        "\(name): overlap over the whole picture", overlap.relativeToMean, unit: "overlap over its mean")
      try folder.write("painted.png", figure: whole)
    }
    if planes.variance.width > 1, planes.variance.height > 1 || planes.variance.isLine {
      let whole = try Self.plot(
        "\(name): predicted gradient power, borders included", planes.variance, unit: "power over its mean")
      try folder.write("variance.png", figure: whole)
    }
    if let picture, !picture.layers.isEmpty {
      try folder.write("layers.png", figure: paintingChart(name, picture.layers).figure())
    }
    if layers.count > 1, !isPainted || layers.contains(where: { $0.cv2 > 0 }) {
      try folder.write(isPainted ? "gradient-layers.png" : "layers.png", figure: layerPlot(name).figure())
    }
  }

  private static func plot(_ title: String, _ plane: Plane, unit: String) throws -> Figure {
    guard plane.isLine else { return try MatrixPlot(title, values: plane.tensor, barLabel: unit).figure() }
    return try Plot(
      title, x: Axis("sample"), y: Axis(unit), series: [Series("", y: plane.values)], plotSize: (640, 220)
    ).figure()
  }

  private func paintingChart(_ name: String, _ enlarging: [Resampling]) -> BarChart {
    var bars = [
      BarChart.Bars(
        "overlaps: CV² that all weights alike leave", values: enlarging.map { $0.contribution.values.max() ?? 0 })
    ]
    let deviations = Dictionary(kernels.map { ($0.layer, $0.sumDeviation) }) { first, _ in first }
    if enlarging.contains(where: { deviations[$0.layer] != nil }) {
      bars.append(
        BarChart.Bars(
          "weights: spread of phase sums over their mean", values: enlarging.map { deviations[$0.layer] ?? .nan }))
    }
    return BarChart(
      "\(name): how unevenly each layer enlarges", categories: enlarging.map(\.layer), bars: bars,
      axis: Axis("unevenness, 0 where even"))
  }

  private func layerPlot(_ name: String) -> Plot {
    let resampling = Set(strided.map(\.layer) + (picture?.layers.map(\.layer) ?? []))
    let marked = layers.enumerated().filter { resampling.contains($0.element.name) }
    var series = [Series("CV²", y: layers.map(\.cv2))]
    if layers.contains(where: { $0.deadShare > 0 }) {
      series.append(Series("dead share", y: layers.map(\.deadShare), style: .dashedLine))
    }
    series.append(
      Series(
        "strided layer", x: marked.map { Double($0.offset) }, y: marked.map(\.element.cv2), style: .points,
        labels: marked.map(\.element.name)))
    return Plot(
      "\(name): predicted unevenness of the gradient at each layer",
      x: Axis("layer, from the input to the target"), y: Axis("CV² of the gradient's power"), series: series,
      plotSize: (560, 270))
  }
}
