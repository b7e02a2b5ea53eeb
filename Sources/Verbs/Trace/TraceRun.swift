import GinghamGeneration
import GinghamModels
import GinghamReporting

/// `trace`: which layer brings which band of the grid in, into the pictures that a net makes or into its gradients.
public struct TraceRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "trace"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: TraceSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: TraceSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where samples or twins are out of range.
  public func validate() throws {
    try SettingError.require(samples: settings.samples)
    let allowed = settings.randomTwins == 0 || (RandomTwins.fewest...1000).contains(settings.randomTwins)
    try SettingError.require(
      allowed, "random_twins", settings.randomTwins, "0 or a number from \(RandomTwins.fewest) to 1000")
  }

  /// - Throws: ``SettingError`` where gradients are traced and no picture is named; what ``GeneratorTracer`` and
  ///   ``GradientTracer`` throw.
  public func result(in context: RunContext) throws -> RunResult<TraceFindings> {
    let model = try context.load(model)
    if settings.target == nil, settings.without.isEmpty, try Generator.isGenerator(model) {
      guard settings.randomTwins == 0 else {
        throw SettingError.contradiction(
          settings: ["random_twins"], message: "random twins are compared by their gradients: name a target")
      }
      guard !settings.aliasing else {
        throw SettingError.contradiction(
          settings: ["aliasing"], message: "what strides fold over is looked at on the way to a target: name one")
      }
      return try GeneratorTracer(model, settings: settings, context: context).result()
    }
    guard !settings.images.isEmpty else {
      throw SettingError.contradiction(settings: [], message: "gradients are traced at pictures: name at least one")
    }
    let target = settings.target ?? "top"
    let tracer = try GradientTracer(
      model, target: target, without: settings.without, signals: settings.signals, context: context)
    var (trace, skipped) = try tracer.trace(picturesAt: settings.images)
    if settings.randomTwins > 0 {
      trace.twins = try tracer.randomTwins(
        settings.randomTwins, seed: settings.seed, of: trace.input, picturesAt: trace.images)
    }
    if settings.aliasing {
      let tracer = try AliasingTracer(model, target: target, seed: settings.seed, context: context)
      trace.aliasing = try tracer.aliasing(ofPicturesAt: trace.images)
    }
    return RunResult(
      .gradients(trace), remarks: tracer.remarks + model.fittingRemarks(at: settings.images), skipped: skipped,
      settled: ["target": .string(target)],
      draw: trace.draw)
  }
}

/// What `trace` finds.
public enum TraceFindings: RunFindings {
  /// From the target back to the pixels.
  case gradients(GradientTrace)
  /// From the input up to the picture.
  case pictures(GeneratorTrace)

  /// `trace.json`, in the run's folder.
  public static let fileName = "trace.json"

  /// For the terminal, without a newline at its end.
  public var text: String {
    switch self {
    case .gradients(let trace): trace.text
    case .pictures(let trace): trace.text
    }
  }

  /// As the trace itself.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .gradients(let trace): try trace.encode(to: encoder)
    case .pictures(let trace): try trace.encode(to: encoder)
    }
  }
}
