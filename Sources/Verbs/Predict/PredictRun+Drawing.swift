import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

extension PredictRun.Result {
  /// Writes `overlap.png` (the lattice far from the borders, and for generators the whole painted picture),
  /// `variance.png` (the gradient's power over the whole picture) and `layers.png`.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  public func draw(into folder: RunFolder) throws {
    let isPainted = findings.picture != nil
    let name = findings.model.split(separator: "/").last.map(String.init) ?? findings.model
    let plot = Self.plot(
      isPainted ? "\(name): overlap of what it paints" : "\(name): predicted gradient power by pixel",
      tile.repeated(atLeast: 16), unit: isPainted ? "overlap over its mean" : "power over its mean")
    try folder.write("overlap.png") { try plot.figure().write(to: $0) }
    if let overlap, overlap.height > 1, overlap.width > 1 {
      let whole = Self.plot(
        "\(name): overlap over the whole picture", overlap.relative, unit: "overlap over its mean")
      try folder.write("painted.png") { try whole.figure().write(to: $0) }
    }
    if variance.height > 1, variance.width > 1 {
      let whole = Self.plot(
        "\(name): predicted gradient power, borders included", variance, unit: "power over its mean")
      try folder.write("variance.png") { try whole.figure().write(to: $0) }
    }
    if findings.layers.count > 1 {
      try folder.write("layers.png") { try layerPlot(name).figure().write(to: $0) }
    }
  }

  private static func plot(_ title: String, _ plane: Plane, unit: String) -> MatrixPlot {
    MatrixPlot(title, values: plane.tensor, barLabel: unit)
  }

  private func layerPlot(_ name: String) -> Plot {
    let layers = findings.layers
    let strided = Set(findings.strided.map(\.layer) + (findings.picture?.layers.map(\.layer) ?? []))
    let marked = layers.enumerated().filter { strided.contains($0.element.name) }
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

extension PhaseTable {
  /// The lattice side by side with itself until it has `count` positions a side, in units of its mean.
  fileprivate func repeated(atLeast count: Int) -> Plane {
    let side = period * max(1, (count + period - 1) / period)
    let mean = mean
    var plane = Plane(height: side, width: side, repeating: 1)
    for y in 0..<side {
      for x in 0..<side where mean > 0 { plane[y, x] = values[y % period * period + x % period] / mean }
    }
    return plane
  }
}

extension Plane {
  /// In units of the mean.
  fileprivate var relative: Plane {
    let mean = mean
    return mean > 0 ? Plane(height: height, width: width, values: values.map { $0 / mean }) : self
  }
}
