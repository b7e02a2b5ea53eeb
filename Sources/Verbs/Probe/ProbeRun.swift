import GinghamAdversarialProbing
import GinghamImaging
import GinghamModels
import GinghamReporting
import GinghamTensors

/// `probe`: attacks on a classifier's pictures, and where its loss is sensitive: clean accuracy, success by budget,
/// sensitivity, and the phase study.
public struct ProbeRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "probe"

  /// The net, with every option that changes what its file says.
  public var model: ModelSource
  /// All that the run is asked to do.
  public var settings: ProbeSettings

  /// Reads nothing yet.
  public init(_ model: ModelSource, settings: ProbeSettings) {
    self.model = model
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(of: model, inputs: settings.inputs, seed: settings.seed, settings: settings)
  }

  /// - Throws: ``SettingError`` where no picture is named or a number is out of its range.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``ProbingError`` where attacks, budgets or target do not fit the network, ``LabelError``,
  /// ``NetworkError``, ``EngineError``, ``FormatError``.
  public func check(_ model: Model, in context: RunContext) throws {
    let work = try ProbeWork(model, settings: settings, context: context)
    _ = try settings.labels.reader(names: model.classNames, classes: work.classifier.classCount)
  }

  /// Results of single pictures stay in the folder as they come; the same run goes on where it was stopped.
  ///
  /// - Throws: ``ProbingError``, ``LabelError``, ``NetworkError``, ``EngineError``, ``FormatError``, and what the first
  ///   picture fails with where none can be read.
  public func result(in context: RunContext) throws -> RunResult<ProbeFindings> {
    let model = try context.load(model)
    try model.requirePictures()
    let work = try ProbeWork(model, settings: settings, context: context)
    let label = try settings.labels.reader(names: model.classNames, classes: work.classifier.classCount)
    let (subjects, unread) = try context.each(settings.images) { path in
      _ = try model.input(pictureAt: path)
      return CleanProbe.Subject(path: path, label: try label?(path))
    }
    let clean = try CleanProbe(work, subjects: subjects)
    let (skipped, count) = (unread + clean.skipped, clean.pictures.count)
    let correct = clean.pictures.filter(\.isCorrect)
    let study = try work.phaseStudy()
    let waves = try work.fourierSensitivity()
    let attacker = try PictureAttacker(work, output: clean.output, modelKey: work.modelKey())
    let progress = ProbeProgress(
      total: attacker.cost(pictures: correct.count, fourier: waves, study: study), report: context.progress)
    let attacked = try attacker.attack(correct, progress: progress)
    let errors = try waves.map { try attacker.fourier($0, correct, progress: progress) }
    let measurements = try study.map { try attacker.phases($0, correct, progress: progress) }

    var findings = ProbeFindings(
      model: model.source.specification, labels: settings.labels, norm: settings.norm, seed: settings.seed,
      target: settings.target, cleanAccuracy: Double(correct.count) / Double(count), pictures: clean.pictures,
      misclassified: clean.pictures.filter { !$0.isCorrect }.map(\.path),
      attacks: attacks(attacked.records, pictures: count), minimal: minimal(attacked.records),
      sensitivity: try clean.sensitivity(), fourier: nil, phaseStudy: nil, warnings: clean.warnings,
      skipped: skipped.isEmpty ? nil : skipped)
    var rates: Tensor?
    if let waves, let errors {
      let found = waves.errorRates(errors)
      findings.fourier = .init(side: waves.side, length: waves.length, errorRates: found.scalars)
      rates = found
    }
    if let study, let measurements, !measurements.isEmpty {
      context.progress.step("even twin", 0, of: 1)
      let found = try PhaseStudyFindings(measurements, masks: study.masks, seed: settings.seed)
      let twin = try work.evenTwin(study, correct, attacker.output)
      findings.phaseStudy = .init(findings: found, twin: twin, verdict: found.verdict(twin: twin))
    }
    return try reported(
      findings, attacked, skipped: skipped, in: context,
      drawing: ProbeDrawing(
        findings: findings, model: model, classCount: work.classifier.classCount, clean: clean,
        records: attacked.records, fourierRates: rates))
  }

  private func reported(
    _ findings: ProbeFindings, _ attacked: PictureAttacker.Attacked, skipped: [SkippedFile], in context: RunContext,
    drawing: ProbeDrawing
  ) throws -> RunResult<ProbeFindings> {
    var result = RunResult(
      findings, remarks: drawing.model.fittingRemarks(at: settings.images), skipped: skipped)
    result.settled = [
      "epsilons": .array(settings.budgets.map { .string($0.text) }), "batch": .integer(settings.passSize),
      "seconds": .object(attacked.seconds.mapValues(JSONValue.number)),
    ]
    guard let store = ProbeWork.store(in: context) else { return result }
    if attacked.reused > 0 {
      result.remarks.append("attacks on \(attacked.reused) pictures were in '\(store.folder.path)' already")
    }
    let figures = try drawing.figures()
    let worst = try drawing.worstPictures(store)
    result.draw = { folder in
      for item in figures { try folder.write(item.name, figure: item.figure) }
      if let worst { try folder.write("worst.png") { try worst.write(to: $0) } }
    }
    result.append = { folder in
      let html = try ProbeReport(findings).html(figures: figures, worst: worst, files: folder.filesToBe)
      try folder.write("report.html", data: html)
    }
    return result
  }

  /// A row for each attack and budget.
  private func attacks(_ records: [ProbeRecord], pictures: Int) -> [ProbeFindings.Attack] {
    guard !records.isEmpty else { return [] }
    let budgets = settings.budgets
    return settings.attacks.enumerated().flatMap { place, kind in
      let column = records.map { $0.attacks[place] }
      let attack = kind.attack(settings.options)
      return budgets.indices.map {
        ProbeFindings.Attack(
          column, isBaseline: attack.isBaseline, stopsAtSuccess: attack.stopsAtSuccess, budgets: budgets, index: $0,
          pictures: pictures)
      }
    }
  }

  private func minimal(_ records: [ProbeRecord]) -> [ProbeFindings.Minimal] {
    guard !records.isEmpty else { return [] }
    var minimal: [ProbeFindings.Minimal] = []
    if settings.minimal {
      minimal.append(.init("bisection of pgd", norm: settings.norm, records.map { $0.minimalEpsilon.map(Double.init) }))
    }
    guard settings.budgets.contains(where: { $0.value > 0 }) else { return minimal }
    // One search of these serves every budget: its own end is the smallest change it knows.
    for (place, kind) in settings.attacks.enumerated() where kind.attack(settings.options).isMinimumNorm {
      let ends = records.compactMap { $0.attacks[place].outcomes.last }
      minimal.append(
        .init(
          kind.attack(settings.options).name, norm: settings.norm,
          ends.map { $0.rawSuccess ? $0.rawDistances[settings.norm] : nil },
          pixels: ends.filter(\.rawSuccess).map(\.rawDistances.l0)))
    }
    return minimal
  }
}
