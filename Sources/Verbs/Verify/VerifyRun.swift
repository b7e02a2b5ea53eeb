import GinghamModels

/// What `verify` is asked to do.
public struct VerifySettings: Encodable, Hashable, Sendable {
  /// A picture to run; `nil`: seeded noise.
  public var image: String?
  /// Of the noise.
  public var seed: UInt64 = 0
  /// The largest max|Δ|/max|reference| that passes.
  public var tolerance = 1e-4

  /// Seeded noise, to one part in ten thousand.
  public init() {}
}

extension VerifySettings: SettingOwner {
  /// As they are made.
  public static let usual = VerifySettings()

  /// All of them.
  public static let settings: [Setting<VerifySettings>] = [
    Setting("image", \.image, "A picture to run; seeded noise without it.").naming(.file()),
    Setting("seed", \.seed, "Seed of the noise."),
    Setting("tolerance", \.tolerance, "The largest relative error that passes."),
  ]
}

/// `verify MODEL`: holds the fast engine against the 64-bit reference on the user's network.
public struct VerifyRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "verify"
  /// It answers a question: without a folder named for it, nothing is written.
  public static let writesUnasked = false

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: VerifySettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: VerifySettings = VerifySettings()) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.image.map { [$0] } ?? [], seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where the tolerance is below 0.
  public func validate() throws {
    try SettingError.require(settings.tolerance >= 0, "tolerance", settings.tolerance, "a number from 0")
  }

  /// - Throws: ``ImageError``, ``NetworkError``, ``EngineError``.
  public func result(in context: RunContext) throws -> RunResult<Verification> {
    let model = try context.load(model)
    let verification = try Verification(
      of: model, input: try settings.image.map(model.input(pictureAt:)), settings: settings, context: context)
    return RunResult(
      verification, remarks: model.fittingRemarks(at: settings.image.map { [$0] } ?? []), passed: verification.passed)
  }
}

/// `verify --case`: runs folders of ONNX test cases on one engine.
public struct ConformanceRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "verify"
  /// It answers a question: without a folder named for it, nothing is written.
  public static let writesUnasked = false

  /// Folders, each with `model.onnx` and `test_data_set_N/`.
  public var cases: [String]

  /// - Parameter cases: folders, each with `model.onnx` and `test_data_set_N/`.
  public init(cases: [String]) {
    self.cases = cases
  }

  private struct Settings: Encodable {
    var cases: [String]
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(subject: cases.first ?? "", settings: Settings(cases: cases))
  }

  /// Never throws: whatever goes wrong with a case is its outcome.
  public func result(in context: RunContext) throws -> RunResult<ConformanceSummary> {
    let summary = ConformanceSummary(folders: cases, context: context)
    return RunResult(summary, passed: summary.failed == 0)
  }
}
