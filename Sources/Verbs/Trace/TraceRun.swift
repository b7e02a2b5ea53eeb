import GinghamGeneration
import GinghamModels
import GinghamReporting

/// `trace`: which layer brings which band of the grid in, into the pictures that a net makes or into its gradients.
public struct TraceRun: Run {
  /// What settings, manifests and findings call it.
  public static let name = "trace"

  /// The net, and how its file is read.
  public var model: ModelSource
  /// What it is asked to do.
  public var settings: TraceSettings

  /// With the properties of the same names.
  public init(_ model: ModelSource, settings: TraceSettings) {
    self.model = model
    self.settings = settings
  }

  /// Everything that shapes the result.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.images, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` for a setting out of its range, or settings that exclude each other.
  public func validate() throws { try SettingError.require(samples: settings.samples) }

  /// - Throws: ``SettingError`` where gradients are traced and no picture is named; what ``GeneratorTracer`` and
  ///   ``GradientTracer`` throw.
  public func result(in context: RunContext) throws -> RunResult<TraceFindings> {
    let model = try context.load(model)
    if settings.target == nil, settings.without.isEmpty, try Generator.isGenerator(model) {
      return try GeneratorTracer(model, settings: settings, context: context).result()
    }
    guard !settings.images.isEmpty else {
      throw SettingError.contradiction(settings: [], message: "gradients are traced at pictures: name at least one")
    }
    let target = settings.target ?? "top"
    let tracer = try GradientTracer(
      model, target: target, without: settings.without, signals: settings.signals, context: context)
    let (trace, skipped) = try tracer.trace(picturesAt: settings.images)
    return RunResult(
      .gradients(trace), remarks: tracer.remarks, skipped: skipped, settled: ["target": .string(target)],
      draw: trace.draw)
  }
}

/// What `trace` finds.
public enum TraceFindings: RunFindings {
  /// From the target back to the pixels.
  case gradients(GradientTrace)
  /// From the input up to the picture.
  case pictures(GeneratorTrace)

  /// The file of a run's folder that holds them.
  public static let fileName = "trace.json"

  /// For the terminal, without a newline at its end.
  public var text: String {
    switch self {
    case .gradients(let trace): trace.text
    case .pictures(let trace): trace.text
    }
  }

  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .gradients(let trace): try trace.encode(to: encoder)
    case .pictures(let trace): try trace.encode(to: encoder)
    }
  }
}
