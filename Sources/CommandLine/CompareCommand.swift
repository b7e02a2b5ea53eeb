import ArgumentParser
import Foundation
import Gingham

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Makes the same visualizations under several mitigations and seeds, and says what each costs and buys.",
    discussion: """
      A mitigation is a preset (\(Recipe.presetNames.joined(separator: ", "))) or a recipe file. The first is the one that
      the others are compared with. Settings given here change all of them.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Option(parsing: .upToNextOption, help: "What the pictures shall maximise; several are compared together.")
  var objective: [String]

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Presets or recipe files.", valueName: "name"))
  var mitigations = ["naive", "jitter", "multiscale", "frequency", "fourier", "robust", "lattice", "all"]

  @Option(help: "Seeds for each, counted from --seed.")
  var seeds = 3

  @Option(help: "The first seed.")
  var seed: UInt64 = 0

  @Option(help: "How the table is sorted: lattice, the cleanest first, or activation, the strongest first.")
  var sort: Comparison.Order = .lattice

  @Option(help: "Steps of each run.")
  var steps: Int?

  @Option(help: ArgumentHelp("Size of the pictures.", valueName: "HxW"))
  var size: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard !objective.isEmpty, !mitigations.isEmpty else {
      throw ValidationError("give at least one --objective and one of --mitigations")
    }
    guard (1...1000).contains(seeds) else {
      throw ValidationError("--seeds takes a number from 1 to 1000, not \(seeds)")
    }
    guard seed <= UInt64(Int.max) - 1000 else { throw ValidationError("--seed is too large") }
    guard Set(mitigations.map(Self.name)).count == mitigations.count else {
      throw ValidationError("two mitigations have the same name")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    let recipes = try mitigations.map { (name: Self.name($0), recipe: try recipe($0)) }
    progress.step("loading")
    let model = try modelOptions.load(model)
    let folder = try common.folder(verb: "compare", model: self.model)
    let run = ComparisonRun(
      model, objectives: objective, mitigations: recipes, seeds: (0..<UInt64(seeds)).map { seed + $0 }, order: sort,
      differentiator: try common.backend.differentiator(for: model.network, threads: common.threadCount))
    let comparison = try run.run(into: folder) { progress.step("pictures", $0, of: $1) }
    try folder.commit(manifest(started: started, digest: model.digest()))
    progress.finish()
    for run in comparison.runs {
      for warning in run.warnings { progress.remark("\(run.mitigation), \(run.objective): \(warning)") }
    }
    try common.report(comparison, text: comparison.text + "\nWritten to \(folder.path)")
  }

  private func recipe(_ name: String) throws -> Recipe {
    var recipe = Self.isFile(name) ? try Recipe(yaml: name) : try Recipe.preset(name)
    if let steps { try recipe.set(option: "steps", to: "\(steps)") }
    if let size { try recipe.set(option: "size", to: size) }
    try recipe.validate()
    return recipe
  }

  private static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

  private static func name(_ mitigation: String) -> String {
    isFile(mitigation) ? URL(filePath: mitigation).deletingPathExtension().lastPathComponent : mitigation
  }

  private func manifest(started: Date, digest: String?) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: model, modelDigest: digest,
      backend: common.backend.rawValue, threads: common.threadCount, seed: Int(clamping: seed),
      parameters: [
        "objectives": .array(objective.map(JSONValue.string)),
        "mitigations": .array(mitigations.map(JSONValue.string)), "seeds": .integer(seeds),
        "steps": steps.map(JSONValue.integer) ?? .null, "size": size.map(JSONValue.string) ?? .null,
      ],
      started: started)
  }
}

extension Comparison.Order: ExpressibleByArgument {}
