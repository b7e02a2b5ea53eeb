import GinghamImaging
import GinghamReporting
import GinghamTensors

extension OverlapFindings {
  /// Writes `overlap.png`, and `plane.png` with both axes of each stack.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    let strips =
      demos.flatMap { demo in
        demo.layers.enumerated().map { index, layer in
          let stack = demo.layers[...index].map(\.notation).joined(separator: ", ")
          return OverlapStrips.Strip(stack, counts: layer.counts.map(Double.init))
        }
      } + equivalents.map { OverlapStrips.Strip($0.notation, counts: $0.kernel) }
    let title = demos.isEmpty ? "Taps of the equivalent kernels" : "How often each position is painted"
    try folder.write("overlap.png", figure: OverlapStrips(title, strips: strips).figure())
    let planes = demos.filter { $0.plane != nil }
    guard !planes.isEmpty else { return }
    let tiles = try planes.map { demo -> ContactSheet.Tile in
      let rows = (demo.plane ?? []).map { $0.map(Float.init) }
      let values = Tensor([rows.count, rows.first?.count ?? 0], rows.flatMap { $0 })
      let plot = MatrixPlot(
        demo.notation, values: values, colourMap: .blues, barLabel: "times painted", x: Axis("column"), y: Axis("row"),
        side: 260)
      return .init(try plot.figure().picture())
    }
    let sheet = ContactSheet("Both axes together", tiles: tiles, columns: min(3, tiles.count), side: 460)
    try folder.write("plane.png", figure: sheet.figure())
  }
}
