import Foundation
import GinghamAudio
import GinghamFeatureVisualization
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension Visualizer {
  /// Writes pictures, snapshots, curve and recipe.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  func draw(_ visualization: Visualization, into folder: RunFolder) throws {
    for index in 0..<recipe.batch where model.network.isOneDimensional {
      let sound = try Sound(visualization.pictures.sample(index).map { 2 * $0 - 1 })
      let name = recipe.batch == 1 ? "sound" : "sound-\(index)"
      try folder.write("\(name).wav", data: Data(try sound.wav()))
      try folder.write(
        "\(name)-spectrogram.png", figure: sound.spectrogramPlot("Spectrogram of \(objective)").figure())
    }
    for index in 0..<recipe.batch where !model.network.isOneDimensional {
      let name = recipe.batch == 1 ? "picture.png" : "picture-\(index).png"
      try folder.write(name, try Self.picture(visualization.pictures.sample(index)), texts: provenance)
      if recipe.parameterization.showsImportance, let importance = visualization.importance {
        try folder.write(
          recipe.batch == 1 ? "importance.png" : "importance-\(index).png",
          try Self.faded(visualization.pictures.sample(index), by: importance.sample(index)))
      }
    }
    try folder.write("picture.npy") { try visualization.pictures.write(npy: $0) }
    for snapshot in visualization.snapshots where !model.network.isOneDimensional {
      for index in 0..<recipe.batch {
        let step = String(format: "%05d", snapshot.step)
        let name = recipe.batch == 1 ? "\(step).png" : "\(step)-\(index).png"
        try folder.write("snapshots/" + name, try Self.picture(snapshot.pictures.sample(index)), texts: provenance)
      }
    }
    if !visualization.curve.isEmpty {
      try folder.write("curve.png", figure: Self.curve(visualization, self.objective).figure())
    }
    try folder.write("curve.csv", data: Self.table(visualization))
    try folder.write("recipe.yaml", data: Data(recipe.yaml.utf8))
  }

  /// Kept in every PNG, so that a picture says how it came about.
  private var provenance: KeyValuePairs<String, String> {
    [
      "Software": "gingham \(ginghamVersion)", "Source": model.source.specification, "Title": objective,
      "Comment": "seed \(seed)\n\(recipe.yaml)",
    ]
  }

  /// One and three channels are pictures; others stand side by side in grey.
  static func picture(_ sample: Tensor) throws -> Picture {
    let channels = sample.shape[1]
    if channels == 1 || channels == 3 { return try Picture(sample) }
    let planes = try (0..<channels).map { try Picture(sample.slice(axis: 1, $0..<($0 + 1))) }
    return try .montage(planes, columns: Int(Double(channels).squareRoot().rounded(.up)))
  }

  /// The picture, transparent where it hardly ever mattered; opaque from the 95th percentile of importance on.
  private static func faded(_ sample: Tensor, by importance: Tensor) throws -> Picture {
    let picture = try picture(sample)
    guard picture.height == importance.shape[2], picture.width == importance.shape[3], picture.channels == 3 else {
      return picture
    }
    let sorted = importance.scalars.sorted()
    let top = max(sorted[min(sorted.count - 1, sorted.count * 95 / 100)], .leastNormalMagnitude)
    let alpha = importance.map { min($0 / top, 1) }.reshaped(to: [1, picture.height, picture.width])
    return try Picture(.stacked([picture.pixels, alpha]))
  }

  static func curve(_ visualization: Visualization, _ objective: String) -> Plot {
    let steps = visualization.curve.map { Double($0.step) }
    var series = [
      Series(objective, x: steps, y: visualization.curve.map { Double($0.objective) })
    ]
    if visualization.curve.contains(where: { $0.penalty != 0 }) {
      series.append(
        Series("penalties", x: steps, y: visualization.curve.map { Double($0.penalty) }, style: .dashedLine))
    }
    return Plot(objective, x: Axis("step"), y: Axis("objective"), series: series)
  }

  private static func table(_ visualization: Visualization) -> Data {
    let rows = visualization.curve.map { "\($0.step),\($0.objective),\($0.penalty)" }
    return Data((["step,objective,penalty"] + rows).joined(separator: "\n").utf8) + Data("\n".utf8)
  }
}

extension RunFolder {
  func write(_ name: String, _ picture: Picture, texts: KeyValuePairs<String, String>) throws {
    try write(name) { try picture.write(to: $0, texts: texts) }
  }
}
