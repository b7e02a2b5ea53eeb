import Foundation
import GinghamModels
import GinghamReporting
import GinghamTensors

/// `check`: holds a net or a set of pictures against limits and an earlier state, for machines that test what others
/// train.
public struct CheckRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "check"
  /// It answers a question: without a folder named for it, only the files are written that the settings name.
  public static let writesUnasked = false

  /// The net, with every option that changes what its file says; `nil`: the pictures are checked.
  public var model: ModelSource?
  /// All that the run is asked to do.
  public var settings: CheckSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource? = nil, settings: CheckSettings) {
    self.model = model
    self.settings = settings
  }

  /// - Parameters:
  ///   - subjects: a net and pictures to look at it with, or pictures.
  ///   - model: the net of a name.
  ///   - settings: with pictures that are named elsewhere.
  /// - Throws: what `model` does.
  public init(_ subjects: [String], model: (String) throws -> ModelSource, settings: CheckSettings) throws {
    let net = subjects.first.flatMap { ModelSource.isModel($0) ? $0 : nil }
    self.init(try net.map(model), settings: settings)
    self.settings.pictures = Array(subjects.dropFirst(net == nil ? 0 : 1)) + settings.pictures
  }

  /// What is checked, as it was named.
  var subject: String { model?.specification ?? settings.pictures.first ?? "" }

  /// What the manifest is written from.
  public var record: RunRecord {
    let baseline = settings.baseline.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
    let inputs = settings.pictures + [settings.limitsFile, baseline].compactMap { $0 }
    guard let model else { return RunRecord(subject: subject, inputs: inputs, settings: settings) }
    return RunRecord(of: model, inputs: inputs, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where a limit is out of its range, or nothing is there to check.
  public func validate() throws {
    try settings.validate()
    if model == nil, settings.pictures.isEmpty {
      throw SettingError.contradiction(settings: [], message: "name a net or pictures to check")
    }
  }

  /// - Throws: ``DocumentError`` for the file of limits, ``ObjectiveError`` where the target cannot be read.
  public func check(_ model: Model, in context: RunContext) throws {
    _ = try settings.wanted()
    if let target = settings.target { try model.check(objective: target) }
  }

  /// The files that the settings name are written here: test results whatever comes out, the baseline where there is
  /// none.
  ///
  /// - Throws: ``DocumentError`` with the line of a mistake in the limits, ``FormatError`` for baselines that are none,
  ///   ``SettingError`` where no limit is about what is checked, and what `measure`, `gradient`, `predict` and `generate`
  ///   throw.
  public func result(in context: RunContext) throws -> RunResult<CheckFindings> {
    do {
      let result = try checked(in: context)
      try write(result.findings.results)
      return result
    } catch let error as InterruptionError {
      throw error
    } catch {
      let failure = TestResults.Case(group: subject, name: "measurement", outcome: .error("\(error)"))
      try write(TestResults(suite: "gingham check", cases: [failure]))
      throw error
    }
  }

  private func write(_ results: TestResults) throws {
    guard let path = settings.junit else { return }
    try AtomicFile.write(path) { try $0.append(Array(results.junit.utf8)) }
  }

  private func checked(in context: RunContext) throws -> RunResult<CheckFindings> {
    let (limits, areGiven) = try settings.wanted()
    var subject = CheckSubject(model, settings: settings, limits: limits, context: context)
    let kind = try subject.measure()
    var findings = CheckFindings(
      subject: self.subject, kind: kind, measured: subject.measured, limits: [], skipped: subject.skipped)
    findings.limits = limits.held(against: subject.figures, areGiven: areGiven)
    var (remarks, isComparable) = (subject.remarks, true)
    if let path = settings.baseline {
      if FileManager.default.fileExists(atPath: path), !settings.updateBaseline {
        let baseline = try CheckBaseline(path: path, for: kind)
        findings.limits += baseline.limits(
          on: subject.figures, drift: limits.drift ?? CheckLimits.usualDrift)
        let lost = baseline.lost(from: subject.figures)
        isComparable = lost.isEmpty
        if !lost.isEmpty {
          remarks.append("the baseline has figures that are not measured any more: \(lost.joined(separator: ", "))")
        }
      } else {
        try CheckBaseline(of: subject.figures, subject: kind).write(to: path)
        findings.writtenBaseline = path
      }
    }
    guard !findings.limits.isEmpty || findings.writtenBaseline != nil else {
      throw SettingError.contradiction(settings: [], message: "none of the limits is about \(kind.text)")
    }
    try subject.blame(&findings.limits)
    var result = RunResult(
      findings, remarks: remarks, skipped: subject.skipped, passed: findings.broken.isEmpty)
    result.reached = findings.unmeasured.isEmpty && isComparable
    return result
  }
}

extension CheckLimits {
  /// Every limit that is about what was measured.
  ///
  /// - Parameter areGiven: whether somebody asked for them; else those are left out that nothing could be measured for.
  func held(against figures: [CheckedFigure], areGiven: Bool) -> [CheckFindings.Limit] {
    figures.compactMap { figure in
      guard let limit = limit(of: figure.quantity) else { return nil }
      // A limit on whatever bands there are is none on those that do not fit.
      guard figure.value != nil || areGiven && isNamed(figure.quantity) else { return nil }
      return CheckFindings.Limit(figure: figure, limit: limit)
    }
  }

  private func limit(of quantity: CheckedFigure.Quantity) -> Double? {
    switch quantity {
    case .band(let period): bands?.limit(of: period)
    case .faint: faint
    case .blur: blur
    case .banding: banding
    case .gradient: gradient?.all
    case .gradientBand(let period): gradient?.periods[period]
    }
  }

  private func isNamed(_ quantity: CheckedFigure.Quantity) -> Bool {
    switch quantity {
    case .band(let period): bands?.periods[period] != nil
    case .faint, .blur, .banding, .gradient, .gradientBand: true
    }
  }
}

extension CheckBaseline {
  /// Every figure that the baseline has, too.
  func limits(on now: [CheckedFigure], drift: Double) -> [CheckFindings.Limit] {
    now.compactMap { figure in
      figures[figure.quantity.name].map {
        CheckFindings.Limit(figure: figure, limit: figure.quantity.limit(after: $0, drift: drift), baseline: $0)
      }
    }
  }

  /// Names of the figures that nothing is measured for.
  func lost(from now: [CheckedFigure]) -> [String] {
    Set(figures.keys).subtracting(now.map(\.quantity.name)).sorted()
  }
}
