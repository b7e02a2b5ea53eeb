import ArgumentParser
import Foundation
import Gingham
import GinghamOptions

struct CheckCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Holds a net or pictures against limits and an earlier state; for machines that test.",
    usage: """
      gingham check <model> [<picture> ...] [--limits <file>] [options]
      gingham check <picture> ... [--limits <file>] [options]
      """,
    discussion: """
      The exit status is 0 where every limit holds, 1 where one is broken and 2 where something could not be measured. Each
      limit is a line: what, where, value, limit, p (how often chance shows as much) and the layer behind it.

      A net that makes pictures is judged by --samples of them, any other by its input gradient at the pictures named; without
      pictures by what architecture and weights imply. Limits stand in a file, or in options, which go first:

        bands: {2: 0.01, 4: 0.02}     # share of the fine detail beyond chance on a band; one number is for all bands
        faint: 0                      # 8-bit levels that all pictures have alike on a band
        blur: 0.9                     # σ in px
        banding: 7.1                  # bits of the levels found, at least
        gradient: {all: 0.05}         # CV² of the input gradient, or of its bands
        drift: 0.25                   # by what share of itself a figure may get worse than the baseline's

      Without limits those above hold (bands 0.01), which 'measure', 'diagnose' and 'gradient' judge by; with a baseline alone
      only its own.
      """)

  @Argument(
    help: "A net and pictures to look at it with, or pictures, as 'gradient' and 'measure' take them.",
    completion: .file())
  var subjects: [String] = []
  @OptionGroup var options: SettingOptions<CheckSettings>
  @Option(help: "Prints what is broken as annotations, on standard error: github.") var annotations: Annotations?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  enum Annotations: String, ExpressibleByArgument, CaseIterable {
    case github
  }

  func makeRun() throws -> any Run {
    try CheckRun(subjects, model: modelOptions.source, settings: options.applied(to: CheckSettings()))
  }

  func run() throws {
    do {
      let outcome = try performAndReport()
      if annotations != nil { annotate(outcome.annotations) }
      try outcome.end()
    } catch let status as ExitCode {
      throw status
    } catch {
      let failure = UnmeasuredError(error)
      if annotations != nil { annotate([WorkflowCommand.error(failure.description, title: "gingham check")]) }
      throw failure
    }
  }

  /// Runners read them from either stream, and standard output may hold nothing but findings.
  private func annotate(_ lines: [String]) {
    for line in lines { try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8)) }
  }
}

/// Nothing could be measured, which is not the same as a broken limit.
struct UnmeasuredError: Error, CustomStringConvertible {
  let description: String
  var exitCode: ExitCode { ExitCode(2) }

  init(_ error: any Error) { description = GinghamCommand.message(for: error) }
}
