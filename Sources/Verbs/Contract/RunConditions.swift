import GinghamDifferentiation
import GinghamModels
import GinghamReporting
import GinghamTensors

/// What a run is performed under beside its settings: the engine, the threads, and where its files go.
public struct RunConditions: Sendable {
  /// What nets are run with.
  public var engine = EngineChoice()
  /// `nil`: as many as there are cores.
  public var threads: Int?
  /// What figures are written as, beside PNG.
  public var figureFormats: Set<FigureFormat> = []
  /// The folder to write; `nil`: as ``Run/perform(in:command:writingTo:replaces:)`` names it.
  public var output: String?
  /// Whether a folder that holds anything else is replaced.
  public var replaces = false

  /// On all cores, the fast engine, into a folder that the run names.
  public init() {}

  /// What the run is handed.
  public func context(telling progress: RunProgress = .silent) -> RunContext {
    var context = RunContext(
      engine: engine, team: threads.map(ThreadTeam.init(threads:)) ?? .allCores, progress: progress)
    context.figureFormats = figureFormats
    return context
  }

  /// - Parameter command: as it was typed, for the manifest.
  /// - Throws: what ``Run/perform(in:command:writingTo:replaces:)`` does.
  public func perform<Verb: Run>(
    _ run: Verb, command: [String], telling progress: RunProgress
  ) throws -> Performance<Verb.Findings> {
    try run.perform(in: context(telling: progress), command: command, writingTo: output, replaces: replaces)
  }
}

extension RunConditions: SettingOwner {
  /// As they are made.
  public static let usual = RunConditions()

  /// All of them.
  public static let settings: [Setting<RunConditions>] = [
    Setting("output", \.output, "The folder to write; outputs/<verb>-<model>-<time> without it.", valueName: "dir")
      .naming(.folder),
    Setting("force", \.replaces, "Replace a folder that holds anything else."),
    Setting(
      "figures", .word, of: [FigureFormat].self, "Figures also as SVG or PDF, beside PNG.", valueName: "svg,pdf"
    ) {
      $0.figureFormats = Set($1.joined())
    },
    .threads(at: \.threads, "Threads to compute with; all cores without it."),
    Setting(
      "backend", \.engine.backend,
      "The engine: fast (oneDNN), reference (plain Swift, 32 bits) or reference64 (64 bits)."),
    Setting(
      "precision", \.engine.precision,
      """
      How exactly convolutions and products with weights multiply: float32, or bf16 (8 significant bits, several times \
      as fast on CPUs with AMX). Sums and all else are float32. 'verify \(Mention.option("precision", "bf16"))' says what \
      it costs.
      """),
    Setting(
      "emulate", \.engine.emulates,
      """
      Round as \(Mention.option("precision")) does without the CPU's instructions for it, as fast as float32 at best.
      """),
  ]
}

extension Backend: SettingValue {}
extension Precision: SettingValue {}
extension FigureFormat: SettingValue {}

extension Setting {
  /// A number of threads.
  static func threads(at path: WritableKeyPath<Owner, Int?> & Sendable, _ help: String) -> Setting {
    Setting("threads", .word, of: Int.self, help) { owner, numbers in
      for number in numbers {
        try SettingError.require((1...1024).contains(number), "threads", number, "a number from 1 to 1024")
        owner[keyPath: path] = number
      }
    }
  }
}
