import ArgumentParser
import Foundation
import Gingham

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a described series of the other verbs; what is done already is skipped.",
    discussion: """
      The file lists steps of any verb. Keys are the verb's options; model and arguments stand before them. 'defaults' are
      shared by all steps; a list is a sweep over its values, several lists over their combinations; a list within a list
      is one setting of several values.

        defaults: {model: random:squeezenet1_1, quiet: true}
        steps:
          - verb: visualize
            objective: ["features.3.cat:7", "features.7.cat:9"]
            preset: [naive, robust]
      """)

  @Argument(help: "A YAML file.")
  var recipe: String

  @Option(help: ArgumentHelp("The folder to write; outputs/run-<recipe> without it.", valueName: "dir"))
  var output: String?

  @Flag(help: "Print the command lines and run nothing.")
  var dryRun = false

  @Flag(help: "No progress and no remarks on standard error.")
  var quiet = false

  func run() throws {
    let series = try RunRecipe(yaml: recipe)
    // A mistake in the last step should not wait for the first ones to finish.
    for step in series.steps {
      do {
        _ = try GinghamCommand.parseAsRoot(step.arguments)
      } catch {
        let message = GinghamCommand.message(for: error).split(separator: "\n").first.map(String.init) ?? ""
        throw RecipeError(source: recipe, line: step.line, message: "the step '\(step.name)': \(message)")
      }
    }
    if dryRun {
      for step in series.steps { print(ShellWord.line(["gingham"] + step.arguments)) }
      return
    }
    let progress = Progress(isShown: !quiet)
    let stem = URL(filePath: recipe).deletingPathExtension().lastPathComponent
    let folder = output ?? "outputs/run-\(stem)"
    try series.run(into: folder, execute: Self.execute) { step, number, count, isSkipped in
      progress.remark("\(number)/\(count) \(step.name)\(isSkipped ? ": done already" : "")")
    }
    print("Written to \(folder)")
  }

  private static func execute(_ arguments: [String]) throws -> Int32 {
    guard let path = Bundle.main.executablePath else {
      throw FormatError.unreadable(path: "gingham", reason: "the tool does not find itself")
    }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
