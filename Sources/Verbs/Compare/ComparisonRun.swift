import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamReporting
import GinghamTensors

/// The same visualizations under several recipes and seeds.
public struct ComparisonRun {
  public let model: Model
  public let objectives: [String]
  /// Each by its name in the table; the first is the one that others are compared with.
  public let mitigations: [(name: String, recipe: Recipe)]
  public let seeds: [UInt64]
  public let order: Comparison.Order
  private let differentiator: any Differentiator

  public init(
    _ model: Model, objectives: [String], mitigations: [(name: String, recipe: Recipe)], seeds: [UInt64],
    order: Comparison.Order = .lattice, differentiator: any Differentiator
  ) {
    self.model = model
    self.objectives = objectives
    self.mitigations = mitigations
    self.seeds = seeds
    self.order = order
    self.differentiator = differentiator
  }

  /// Runs everything and writes pictures, montages, tables and the report.
  ///
  /// - Throws: what ``VisualizationRun`` throws, ``FormatError``.
  public func run(into folder: RunFolder, progress: (Int, Int) -> Void = { _, _ in }) throws -> Comparison {
    // Every objective and recipe is checked before hours are spent on the first.
    for objective in objectives {
      for mitigation in mitigations { _ = try visualization(objective, mitigation.recipe, seeds.first ?? 0) }
      if var recipe = mitigations.first?.recipe {
        (recipe.steps, recipe.snapshots, recipe.octaves) = (0, [], Octaves(count: 1))
        _ = try visualization(objective, recipe, seeds.first ?? 0).run()
      }
    }
    var runs: [Comparison.Run] = []
    var pictures: [String: Picture] = [:]
    var periods: [Int] = []
    let total = objectives.count * mitigations.count * seeds.count
    for (number, objective) in objectives.enumerated() {
      for mitigation in mitigations {
        for seed in seeds {
          progress(runs.count, total)
          let run = try visualization(objective, mitigation.recipe, seed)
          let result = try run.run()
          let picture = try VisualizationRun.picture(result.visualization.pictures.sample(0))
          let file = "pictures/\(number)-\(mitigation.name)-\(seed).png"
          try folder.write(file, picture)
          pictures[file] = picture
          if !periods.contains(run.latticePeriod) { periods.append(run.latticePeriod) }
          runs.append(
            Comparison.Run(
              objective: objective, mitigation: mitigation.name, seed: Int(clamping: seed),
              image: result.findings.images[0], relativeActivation: nil, seconds: result.seconds,
              steps: mitigation.recipe.steps, stoppedAt: result.visualization.stoppedAt, file: file,
              warnings: result.visualization.warnings))
        }
      }
    }
    let comparison = Comparison(
      model: model.source.specification, objectives: objectives, latticePeriods: periods, runs: runs, order: order)
    try write(comparison, pictures, into: folder)
    return comparison
  }

  private func visualization(_ objective: String, _ recipe: Recipe, _ seed: UInt64) throws -> VisualizationRun {
    var recipe = recipe
    // One picture a run: the seeds are the batch.
    recipe.batch = 1
    return try VisualizationRun(
      model, objective: objective, recipe: recipe, seed: seed, differentiator: differentiator)
  }

  private func write(_ comparison: Comparison, _ pictures: [String: Picture], into folder: RunFolder) throws {
    var sheets: [(objective: String, figure: Figure)] = []
    for (number, objective) in objectives.enumerated() {
      let figure = try sheet(objective, comparison, pictures)
      sheets.append((objective, figure))
      try folder.write(objectives.count == 1 ? "montage.png" : "montage-\(number).png") { try figure.write(to: $0) }
    }
    let scatter = try comparison.scatter.figure()
    try folder.write("scatter.png") { try scatter.write(to: $0) }
    try folder.write("comparison.json", data: comparison.json())
    for mitigation in mitigations {
      try folder.write("recipes/\(mitigation.name).yaml", data: Data(mitigation.recipe.yaml.utf8))
    }
    try folder.write("report.html", data: comparison.report(sheets: sheets, scatter: scatter).data)
  }

  /// A row a seed, a column a mitigation.
  private func sheet(_ objective: String, _ comparison: Comparison, _ pictures: [String: Picture]) throws -> Figure {
    var tiles: [ContactSheet.Tile] = []
    for seed in seeds {
      for mitigation in mitigations {
        guard
          let run = comparison.runs.first(where: {
            $0.objective == objective && $0.mitigation == mitigation.name && $0.seed == Int(clamping: seed)
          }), let picture = pictures[run.file]
        else { continue }
        let share = run.image.measures.latticeShare.map { String(format: ", lattice %.3f", $0) } ?? ""
        tiles.append(
          .init(picture, label: "\(mitigation.name): \(String(format: "%.3g", run.image.activation))\(share)"))
      }
    }
    return try ContactSheet(objective, tiles: tiles, columns: mitigations.count, side: 150).figure()
  }
}

extension Comparison {
  /// What each mitigation keeps of the activation against what it leaves of the lattice.
  var scatter: Plot {
    Plot(
      "activation and lattice of each mitigation",
      x: Axis("share of fine detail on the lattice, beyond noise"), y: Axis("activation, relative to the first"),
      series: summary.map { item in
        Series(
          item.mitigation, x: [item.lattice.mean ?? .nan], y: [item.relativeActivation.mean ?? .nan], style: .points,
          labels: [item.mitigation])
      })
  }

  private static func cell(_ spread: Spread, _ format: String) -> String {
    guard let mean = spread.mean else { return "–" }
    return String(format: format, mean) + (spread.deviation.map { " ± " + String(format: format, $0) } ?? "")
  }

  private static let columns: [(title: String, alignment: TextTable.Alignment)] = [
    ("mitigation", .left), ("activation", .right), ("relative", .right), ("lattice of picture", .right),
    ("of gradient", .right), ("total variation", .right), ("off 1/f (dB)", .right), ("artifacts", .right),
    ("bands (of noise)", .left), ("seconds", .right),
  ]

  private static func row(_ item: Summary) -> [String] {
    [
      item.mitigation, cell(item.activation, "%.4g"), cell(item.relativeActivation, "%.2f"),
      cell(item.lattice, "%.4f"), cell(item.gradientLattice, "%.3f"), cell(item.totalVariation, "%.3f"),
      cell(item.spectrumDistance, "%.1f"), String(format: "%.0f %%", 100 * item.artifactShare),
      ComparisonBand.text(item.bands), cell(item.seconds, "%.1f"),
    ]
  }

  /// For the terminal.
  public var text: String {
    var table = TextTable(Self.columns)
    for item in summary { table.append(Self.row(item)) }
    return "\(objective)\n\(table.description)\n\n\(note)"
  }

  func report(sheets: [(objective: String, figure: Figure)], scatter: Figure) throws -> HTMLReport {
    var report = HTMLReport(title: "What each mitigation buys: \(model)")
    report.paragraph(note)
    report.paragraph(
      "Activation is that of the finished picture without transforms, relative to '\(runs.first?.mitigation ?? "")'. "
        + "The lattice of a picture is the share of its fine detail on the network's stride lattice (period "
        + "\(latticePeriods.map(String.init).joined(separator: ", "))) beyond what white noise has there; that of a "
        + "gradient is its corrected CV². Means ± deviations over objectives and seeds. Artifacts: pictures that show one "
        + "by themselves; bands: the periods that all of them together show, at least twice what noise has and three "
        + "standard errors above it. Click a "
        + "column's title to sort."
    )
    let columns = Self.columns.map { column -> (title: String, alignment: HTMLReport.Alignment) in
      (column.title, column.alignment == .right ? .right : .left)
    }
    report.table(columns, rows: summary.map(Self.row))
    try report.figure(scatter, caption: "Up and to the left is better.")
    for (objective, figure) in sheets {
      report.heading(objective)
      try report.figure(
        figure, caption: "A row a seed, a column a mitigation; pictures/ has each at its own size.", scale: 1)
      report.table(columns, rows: byObjective.filter { $0.objective == objective }.map(Self.row))
    }
    report.heading("Every run")
    report.table(
      [
        ("objective", .left), ("mitigation", .left), ("seed", .right), ("activation", .right), ("lattice", .right),
        ("gradient", .right), ("seconds", .right), ("remarks", .left),
      ],
      rows: runs.map { run in
        [
          run.objective, run.mitigation, "\(run.seed)", String(format: "%.4g", run.image.activation),
          run.image.measures.latticeShare.map { String(format: "%.4f", $0) } ?? "–",
          run.image.measures.gradientLattice.map { String(format: "%.4f", $0.cv2Corrected) } ?? "–",
          String(format: "%.1f", run.seconds), run.warnings.joined(separator: " "),
        ]
      })
    return report
  }
}
