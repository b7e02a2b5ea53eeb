import Foundation
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension PictureGradients.Result {
  /// Writes the signed heat map, the magnitudes, these over the photograph and without their grid, the spectrum, and the
  /// energy of the lattice's phases.
  ///
  /// - Parameters:
  ///   - subject: the net and the method, for titles.
  ///   - prefix: a folder inside `folder`, with a slash at its end, or nothing.
  /// - Throws: ``ImageError``, ``ArtifactError``, ``FormatError``.
  func draw(_ subject: String, into folder: RunFolder, under prefix: String) throws {
    let signed = try HeatMap(of: map, reducing: .strongest)
    let magnitude = try HeatMap(of: map, reducing: .norm)
    let file = URL(filePath: finding.path).lastPathComponent
    let title = "\(subject), \(finding.target), at \(file)"
    if map.shape[2] == 1 {
      try folder.write(prefix + "gradient.png", figure: try linePlot(of: magnitude, title))
      return try survey.draw(pool, into: folder, under: prefix)
    }
    try folder.write(prefix + "heatmap.png", figure: figure(of: signed, title).figure())
    try folder.write(prefix + "magnitude.png", figure: figure(of: magnitude, title).figure())
    try folder.write(prefix + "overlay.png", figure: overlay(magnitude, title).figure())
    try survey.drawEvened(magnitude, into: folder, under: prefix)
    try survey.draw(pool, into: folder, under: prefix)
  }

  /// The map at a size to look at, its pixels square-edged so that a grid shows as it is; a layer's coarse map is
  /// resampled smoothly to the picture's size, which the bar says.
  private func figure(of heat: HeatMap, _ title: String) -> MatrixPlot {
    let (height, width) = (input.shape[2], input.shape[3])
    let isCoarse = map.shape[2] * 4 <= height && map.shape[3] * 4 <= width
    let values = isCoarse ? heat.values.resized(height: height, width: width) : heat.values
    let limit = heat.limit > 0 ? Double(heat.limit) : 1
    let what = heat.isSigned ? "strongest channel" : "magnitude over channels"
    let size = isCoarse ? ", resampled from \(map.shape[2])×\(map.shape[3])" : ""
    return MatrixPlot(
      title, values: values, colourMap: heat.colourMap, range: (heat.isSigned ? -limit : 0)...limit,
      barLabel: "\(what), ends at the 99th percentile\(size)", side: Self.side)
  }

  /// A signal over its samples, and the gradient's magnitude at each.
  private func linePlot(of heat: HeatMap, _ title: String) throws -> Figure {
    let signal = input.sample(0).slice(axis: 0, 0..<1).scalars.map(Double.init)
    let spacing = Double(input.shape[3]) / Double(max(heat.values.count, 1))
    func plot(_ title: String, _ label: String, _ y: [Double], spacing: Double) throws -> Figure {
      try Plot(
        title, x: Axis("sample"), y: Axis(label),
        series: [Series("", x: y.indices.map { Double($0) * spacing }, y: y)], plotSize: (640, 180)
      ).figure()
    }
    return try Figure.row([
      try plot("What the net heard, first channel", "amplitude", signal, spacing: 1),
      try plot(title, "magnitude over channels", heat.values.scalars.map(Double.init), spacing: spacing),
    ])
  }

  /// 1/96 inch.
  private static let side = 448.0

  private func overlay(_ heat: HeatMap, _ title: String) throws -> ContactSheet {
    ContactSheet(
      title,
      tiles: [
        .init(try photograph, label: "what the net saw, \(input.shape[2])×\(input.shape[3]) px"),
        .init(heat.overlay(on: try photograph), label: "magnitude over it, opaque at the 99th percentile"),
      ], columns: 2, side: Self.side * 0.75)
  }

  /// What the network saw.
  var photograph: Picture { get throws { try Picture(showing: input) } }
}

extension Picture {
  /// A network's input, 1×C×H×W: of more than three channels the first three, of two the first.
  init(showing input: Tensor) throws {
    let shown = input.shape[1] == 2 ? 1 : min(input.shape[1], 3)
    try self.init(input.slice(axis: 1, 0..<shown))
  }
}

extension RunFolder {
  func write(_ name: String, _ picture: Picture) throws {
    try write(name) { try picture.write(to: $0) }
  }

  /// A folder of its own for what belongs to the picture at `path`, with a slash at its end.
  public func subfolder(for path: String) -> String {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    var name = stem
    var number = 2
    while holdsFiles(in: name) {
      name = "\(stem)-\(number)"
      number += 1
    }
    figureSubject.folders[name] = URL(filePath: path).lastPathComponent
    return name + "/"
  }
}
