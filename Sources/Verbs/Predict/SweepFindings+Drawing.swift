import GinghamImaging
import GinghamReporting

extension SweepFindings {
  /// Writes `tradeoff.png`: unevenness against cost.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(into folder: RunFolder) throws {
    let front = entries.filter(\.isOnFront).sorted { $0.macs < $1.macs }
    func label(_ entry: Entry) -> String {
      axes.compactMap { name in entry.settings[name].map { "\(name) \($0)" } }.joined(separator: ", ")
    }
    let plot = Plot(
      "\(subject): evenness and cost", x: Axis("multiply-adds", scale: .logarithmic),
      y: Axis("predicted CV²"),
      series: [
        Series("a combination", x: entries.map { Double($0.macs) }, y: entries.map(\.cv2), style: .points),
        Series(
          "none as even is cheaper", x: front.map { Double($0.macs) }, y: front.map(\.cv2), style: .lineWithPoints,
          labels: front.map(label)),
      ], plotSize: (620, 320))
    try folder.write("tradeoff.png", figure: plot.figure())
  }
}
