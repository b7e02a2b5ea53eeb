import ArgumentParser
import Foundation
import Gingham
import GinghamProcesses

/// The whole command line: its verbs, options and help.
public struct GinghamCommand: ParsableCommand {
  /// Every verb.
  public static let configuration = CommandConfiguration(
    commandName: "gingham",
    abstract: "Looks at the gradients that convolutional networks send back to their pixels.",
    discussion: """
      MODEL is a file (.onnx, .safetensors, .pth, .pt) or random:NAME[?seed=N], a built-in architecture with random
      weights. Errors go to standard error with exit status 1, wrong usage with 64.
      """,
    version: ToolVersion.text,
    subcommands: [
      LayersCommand.self, GradientCommand.self, PredictCommand.self, MeasureCommand.self, TraceCommand.self,
      GenerateCommand.self, DiagnoseCommand.self, CheckCommand.self, TrackCommand.self, RepairCommand.self,
      VisualizeCommand.self, ExemplarsCommand.self, ExploreCommand.self,
      CompareCommand.self, ProbeCommand.self, RunCommand.self, ResultsCommand.self, VerifyCommand.self,
      BenchCommand.self,
    ])

  /// Empty; a verb is parsed from words.
  public init() {}

  /// A mistyped verb is named before its options are taken for wrong ones.
  static func checkVerb(_ word: String?) throws {
    let verbs = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word, !word.hasPrefix("-"), !verbs.contains(word) else { return }
    let near = NearestNames.nearest(to: word, among: verbs, limit: 1).first
    throw ValidationError("there is no verb '\(word)'" + (near.map { ". Did you mean '\($0)'?" } ?? ""))
  }

  /// Runs the process' command line and ends the process. Messages may name files and layers, and those may hold anything:
  /// they are shown as text, and only the first line of a message begins at the margin.
  public static func runAndExit() -> Never {
    SharedMachine.waitBriefly()
    Lifeline.hold()
    do {
      try checkVerb(CommandLine.arguments.dropFirst().first)
      var command = try parseAsRoot()
      try command.run()
      Foundation.exit(0)
    } catch {
      let code = (error as? UnmeasuredError)?.exitCode ?? exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        do { try StandardOutput.write(line: message) } catch {
          try? FileHandle.standardError.write(contentsOf: Data("Error: \(error)\n".utf8))
          Foundation.exit(1)
        }
      } else if !message.isEmpty {
        let text = message.printableLines(isIndented: code != .validationFailure, limit: 8000)
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
      }
      Foundation.exit(code.rawValue)
    }
  }
}
