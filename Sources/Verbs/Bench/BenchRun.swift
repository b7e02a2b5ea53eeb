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

  /// With every setting at its default.
  public init() {}
}

/// `bench`: times the forward pass and the input gradient of an objective.
public struct BenchRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "bench"
  /// Whether a folder is written where none was named.
  public static let writesUnasked = false

  /// The net, and how its file is read.
  public var model: ModelSource
  /// What it is asked to do.
  public var settings: BenchSettings

  /// With the properties of the same names.
  public init(_ model: ModelSource, settings: BenchSettings = BenchSettings()) {
    self.model = model
    self.settings = settings
  }

  /// Everything that shapes the result.
  public var record: RunRecord { RunRecord(of: model, settings: settings) }

  /// - Throws: ``SettingError`` for a setting out of its range, or settings that exclude each other.
  public func validate() throws {
    try SettingError.require(settings.batch >= 1, "batch", settings.batch, "a number from 1")
    try SettingError.require(settings.runs >= 1, "runs", settings.runs, "a number from 1")
  }

  /// Looks whether settings and model go together, without computing.
  ///
  /// - Throws: what the run itself would throw about it.
  public func check(_ model: Model, in context: RunContext) throws { try model.check(objective: settings.target) }

  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError``.
  public func result(in context: RunContext) throws -> RunResult<Benchmark> {
    let model = try context.load(model)
    context.progress.step("timing")
    return RunResult(try Benchmark(of: model, settings: settings, context: context))
  }
}
