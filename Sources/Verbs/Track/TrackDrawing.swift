import Foundation
import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// What is written of a series beside its findings.
struct TrackDrawing {
  let findings: TrackFindings
  /// Of each checkpoint: the first samples side by side.
  let sheets: [Tensor]
  /// When each file was written.
  let dates: [Date]

  /// Writes `track.csv`, `track.jsonl` (a checkpoint a line), `track.png`, a contact sheet a checkpoint, and the same
  /// scalars and sheets for TensorBoard in `tensorboard/`.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func write(into folder: RunFolder) throws {
    try folder.write("track.csv", data: Data(findings.csv.utf8))
    let lines = try findings.checkpoints.map { try $0.jsonLine() }
    try folder.write("track.jsonl", data: lines.reduce(Data(), +))
    try folder.write("track.png", figure: plot.figure())
    for (checkpoint, sheet) in zip(findings.checkpoints, sheets) {
      try folder.write("sheets/\(checkpoint.step).png") { try Picture(sheet).write(to: $0) }
    }
    let events = try self.events()
    try folder.write("tensorboard/" + TensorBoardEvents.fileName(wallTime: start), data: events.data)
  }

  private var start: Date { dates.min() ?? Date(timeIntervalSince1970: 0) }

  /// Times are those of the checkpoint files, so that equal checkpoints give equal bytes.
  func events() throws -> TensorBoardEvents {
    var events = TensorBoardEvents(wallTime: start)
    for (index, checkpoint) in findings.checkpoints.enumerated() {
      let (pooled, faults) = (checkpoint.pooled, checkpoint.pooled.faults)
      var scalars: [(tag: String, value: Double)] = []
      for band in pooled.lattice.bands {
        scalars.append(("grid/period \(band.period) share", band.share))
        if let peak = pooled.peakDecibels(of: band.period) {
          scalars.append(("grid/period \(band.period) peak (dB)", peak))
        }
        if let levels = pooled.locked?.bands.first(where: { $0.period == band.period })?.levels {
          scalars.append(("grid/period \(band.period) alike (levels)", levels))
        }
      }
      if let sharpness = faults?.sharpness {
        scalars += [
          ("picture/Laplacian variance", sharpness.laplacianVariance),
          ("picture/high-frequency share", sharpness.highFrequencyShare),
        ]
      }
      scalars += [
        ("picture/level mean", checkpoint.level.mean), ("picture/level deviation", checkpoint.level.deviation),
      ]
      if let banding = faults?.banding { scalars.append(("picture/colour levels", Double(banding.levels))) }
      if let change = checkpoint.change { scalars.append(("picture/change (levels)", change)) }
      events.add(scalars, step: checkpoint.step, wallTime: dates[index])
      try events.add(Picture(sheets[index]), tag: "samples", step: checkpoint.step, wallTime: dates[index])
    }
    return events
  }

  /// Peaks by step.
  var plot: Plot {
    let steps = findings.checkpoints.map { Double($0.step) }
    return Plot(
      "Grid along training, \(findings.samples) samples a checkpoint: \(findings.verdict.rawValue)", x: Axis("step"),
      y: Axis("peak over its surroundings (dB)"),
      series: findings.bands.map { band in
        Series(
          "\(band.period) px" + (band.layer.map { " (\($0))" } ?? ""), x: steps, y: band.peaks.map { $0 ?? .nan },
          style: .lineWithPoints)
      },
      references: [.horizontal(at: LockedThresholds().peakDecibels, name: "least peak of an artifact")],
      plotSize: (560, 300))
  }
}
