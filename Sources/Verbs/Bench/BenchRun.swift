import GinghamModels

/// What `bench` is asked to do.
public struct BenchSettings: Encodable, Hashable, Sendable {
  /// What the gradient is of; the net is cut behind it.
  public var target = "top"
  /// Pictures in a batch.
  public var batch = 1
  /// At least this many timed runs, and for at least half a second.
  public var runs = 20
  /// Whether each layer is timed too.
  public var layers = false

  /// The gradient of the top class at one picture, at least 20 times.
  public init() {}
}

extension BenchSettings: SettingOwner {
  /// As they are made.
  public static let usual = BenchSettings()

  /// All of them.
  public static let settings: [Setting<BenchSettings>] = [
    Setting("target", \.target, "What the gradient is of; the net is cut behind it."),
    Setting("batch", \.batch, "Pictures in a batch."),
    Setting("runs", \.runs, "At least this many timed runs."),
    Setting("layers", \.layers, "Also how long each layer takes, and which code runs it."),
  ]
}

/// `bench`: times the forward pass and the input gradient of an objective.
public struct BenchRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "bench"
  /// It answers a question: without a folder named for it, nothing is written.
  public static let writesUnasked = false

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: BenchSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: BenchSettings = BenchSettings()) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord { RunRecord(of: model, settings: settings) }

  /// - Throws: ``SettingError`` where batch or runs are below 1.
  public func validate() throws {
    try SettingError.require(settings.batch >= 1, "batch", settings.batch, "a number from 1")
    try SettingError.require(settings.runs >= 1, "runs", settings.runs, "a number from 1")
  }

  /// - Throws: ``ObjectiveError`` where the target cannot be read, ``NetworkError`` where its layer is unknown.
  public func check(_ model: Model, in context: RunContext) throws { try model.check(objective: settings.target) }

  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError``.
  public func result(in context: RunContext) throws -> RunResult<Benchmark> {
    let model = try context.load(model)
    context.progress.step("timing")
    return RunResult(try Benchmark(of: model, settings: settings, context: context))
  }
}
