import ArgumentParser
import Foundation
import Gingham

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
  @OptionGroup var list: ListOption

  @Option(
    help: ArgumentHelp("A YAML file of limits.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var limits: String?

  @Option(
    help: ArgumentHelp("Share of the fine detail beyond chance on a band.", valueName: "0.01|2=0.01,4=0.02"),
    transform: read(PeriodLimits.init(parsing:)))
  var bands: PeriodLimits?

  @Option(
    help: ArgumentHelp("CV² of the input gradient, of all or of single bands.", valueName: "0.05|all=0.05,2=0.01"),
    transform: read(PeriodLimits.init(parsing:)))
  var gradient: PeriodLimits?

  @Option(help: ArgumentHelp("What all pictures may have alike on a band.", valueName: "levels")) var faint: Double?
  @Option(help: ArgumentHelp("Blur, as the σ of a Gaussian.", valueName: "px")) var blur: Double?
  @Option(help: ArgumentHelp("Bits of the levels found, at least.", valueName: "bits")) var banding: Double?

  @Option(help: ArgumentHelp("By what share of itself a figure may get worse (default: 0.25).", valueName: "share"))
  var drift: Double?

  @Option(
    help: ArgumentHelp("Figures to hold against; written where the file does not exist.", valueName: "file"),
    completion: .file())
  var baseline: String?

  @Flag(help: "Write the baseline anew in place of holding against it.") var updateBaseline = false

  @Option(
    help: "What the gradient is of; without it the top class, and a net that makes pictures is judged by these.")
  var target: String?

  @Option(help: "Samples that a generator draws.") var samples = 64
  @Option(help: "Seed of the samples.") var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What a generator writes for black and white.", valueName: "0..1|-1..1|0..255"))
  var range: OutputRange?

  @Option(help: ArgumentHelp("Results as JUnit XML, a test case a limit.", valueName: "file"), completion: .file())
  var junit: String?

  @Option(help: "Prints what is broken as annotations, on standard error: github.") var annotations: Annotations?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  enum Annotations: String, ExpressibleByArgument, CaseIterable {
    case github
  }

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: subjects)
    return checkRun
  }

  private var checkRun: CheckRun {
    let model = subjects.first.flatMap { ModelSource.isModel($0) ? $0 : nil }
    var settings = CheckSettings(pictures: Array(subjects.dropFirst(model == nil ? 0 : 1)) + list.words)
    settings.limitsFile = limits
    (settings.limits.bands, settings.limits.gradient, settings.limits.drift) = (bands, gradient, drift)
    (settings.limits.faint, settings.limits.blur, settings.limits.banding) = (faint, blur, banding)
    (settings.baseline, settings.updateBaseline, settings.junit) = (baseline, updateBaseline, junit)
    (settings.target, settings.samples, settings.seed, settings.range) = (target, samples, seed, range)
    return CheckRun(model.map(modelOptions.source), settings: settings)
  }

  func run() throws {
    do {
      let progress = Progress(isShown: !common.quiet)
      let performance = try Hints.given {
        try common.perform(checkRun, command: CommandLine.arguments, progress: RunProgress(progress.show))
      }
      if annotations != nil { annotate(performance.result.findings.annotations) }
      let outcome = try Outcome(performance)
      try common.report(outcome, progress)
      try common.end(after: outcome)
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
