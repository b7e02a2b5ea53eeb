import GinghamImaging
import GinghamLattices
import GinghamReporting

extension GradientTrace {
  /// Writes how uneven the gradient is at each layer, and how large.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  public func draw(into folder: RunFolder) throws {
    let unevenness = try unevennessPlot.figure()
    try folder.write("unevenness.png", figure: unevenness)
    let gradients = try magnitudePlot.figure()
    try folder.write("gradients.png", figure: gradients)
    if let shares = aliasing?.chart(of: pictures) { try folder.write("aliasing.png", figure: shares.figure()) }
    if let bands = bandChart { try folder.write("bands.png", figure: bands.figure()) }
  }

  private var pictures: String { images.count == 1 ? "one picture" : "\(images.count) pictures" }

  private var axis: Axis {
    Axis(
      "layer (0 = the pixels, \(layers.count - 1) = \(layers.last?.name ?? ""))",
      range: 0...Double(max(layers.count - 1, 1)))
  }

  /// Where the distance of elements grows: the strided layers.
  private var strided: [ReferenceLine] {
    zip(layers.indices.dropFirst(), zip(layers, layers.dropFirst())).compactMap { index, pair in
      pair.1.stride > pair.0.stride ? .vertical(at: Double(index), name: pair.1.name) : nil
    }
  }

  var unevennessPlot: Plot {
    let places = layers.indices.filter { layers[$0].lattice != nil }
    let findings = places.compactMap { layers[$0].lattice }
    var series = [
      Series(
        "measured", x: places.map(Double.init), y: findings.map(\.cv2Corrected), style: .lineWithPoints)
    ]
    let predicted = zip(places, findings).compactMap { place, finding -> (Double, Double)? in
      let bands = finding.bands.compactMap(\.predicted)
      return bands.isEmpty ? nil : (Double(place), bands.reduce(0, +))
    }
    if !predicted.isEmpty {
      series.append(
        Series("predicted", x: predicted.map(\.0), y: predicted.map(\.1), style: .dashedLine))
    }
    return Plot(
      "Unevenness of the gradient at each layer, \(pictures)", x: axis, y: Axis("CV² of its lattice"),
      series: series, references: strided, plotSize: (620, 300))
  }

  var magnitudePlot: Plot {
    let places = layers.indices.map(Double.init)
    return Plot(
      "Size of the gradient at each layer, \(pictures)", x: axis,
      y: Axis("per element", scale: .logarithmic),
      series: [
        Series("root mean square", x: places, y: layers.map(\.rootMeanSquare), style: .lineWithPoints),
        Series("mean magnitude", x: places, y: layers.map(\.meanMagnitude), style: .dashedLine),
      ], references: strided, plotSize: (620, 300))
  }

  /// The bands at the pixels: predicted, measured, and without the layers that were evened.
  var bandChart: BarChart? {
    guard let bands = input?.bands, !bands.isEmpty else { return nil }
    var bars: [BarChart.Bars] = []
    if bands.contains(where: { $0.predicted != nil }) {
      bars.append(.init("predicted", values: bands.map { $0.predicted ?? .nan }))
    }
    bars.append(.init("measured", values: bands.map(\.cv2Corrected)))
    for change in without {
      bars.append(
        .init(
          "without " + change.layers.joined(separator: " + "), values: change.lattice.bands.map(\.cv2Corrected)))
    }
    return BarChart(
      "Unevenness at the pixels by period, \(pictures)",
      categories: bands.map { "\($0.period) px" + ($0.layer.map { ": \($0)" } ?? "") }, bars: bars,
      axis: Axis("CV² of the band"))
  }
}

extension Aliasing {
  /// Beside what white noise would show; `nil` where nothing is strided.
  func chart(of pictures: String) -> BarChart? {
    guard !layers.isEmpty else { return nil }
    return BarChart(
      "Power that strides fold over, \(pictures)", categories: layers.map(\.name),
      bars: [
        .init("of the layer's input", values: layers.map { $0.share ?? .nan }),
        .init("of white noise", values: layers.map(\.whiteNoise)),
      ], axis: Axis("share of its power"))
  }
}
