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
  public static let writesUnasked = false

  public var model: ModelSource
  public var settings: BenchSettings

  /// With the properties of the same names.
  public init(_ model: ModelSource, settings: BenchSettings = BenchSettings()) {
    self.model = model
    self.settings = settings
  }

  public var record: RunRecord { RunRecord(of: model, settings: settings) }

  public func validate() throws {
    try SettingError.require(settings.batch >= 1, "batch", settings.batch, "a number from 1")
    try SettingError.require(settings.runs >= 1, "runs", settings.runs, "a number from 1")
  }

  public func check(_ model: Model, in context: RunContext) throws { try model.check(objective: settings.target) }

  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError``.
  public func result(in context: RunContext) throws -> RunResult<Benchmark> {
    let model = try context.load(model)
    context.progress.step("timing")
    return RunResult(try Benchmark(of: model, settings: settings, context: context))
  }
}
