import Foundation
import GinghamAdversarialProbing
import GinghamDifferentiation
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// Attacks on a classifier's pictures: clean accuracy, success by budget, sensitivity, and the phase study.
public struct ProbeRun {
  public let model: Model
  public let settings: ProbeSettings
  let backend: Backend
  let threads: Int
  let cache: ProbeCache
  let classifier: Classifier
  /// The lattice that shares are taken on.
  let period: Int

  /// - Parameter cache: where single pictures' results are kept.
  /// - Throws: ``ProbingError`` where the network is no classifier or the settings do not fit it, ``NetworkError``,
  ///   ``EngineError``.
  public init(
    _ model: Model, settings: ProbeSettings, cache: ProbeCache, backend: Backend = .fast, threads: Int
  ) throws {
    self.model = model
    self.settings = settings
    self.cache = cache
    self.backend = backend
    self.threads = threads
    let shape = model.inputShape(batch: settings.batch)
    let differentiator = try backend.differentiator(for: model.network, threads: threads)
    classifier = try Classifier(differentiator, inputShape: shape)
    try settings.check(
      elements: shape.elementCount / settings.batch, classes: classifier.classCount, height: shape[2], width: shape[3])
    period = try settings.period ?? model.latticePeriod(targets: Array(model.network.outputs.prefix(1)))
  }

  public struct Result {
    public let findings: ProbeFindings
    /// Pictures whose attacks were found in the folder.
    public let reused: Int
    /// Wall-clock seconds by attack, over all budgets and the pictures that were computed.
    public let seconds: [String: Double]
    let model: Model
    let classCount: Int
    let clean: CleanProbe
    let records: [ProbeRecord]
    let fourierRates: Tensor?
    let gradientPeriods: [Int]
  }

  /// Runs everything that was asked for.
  ///
  /// - Throws: ``LabelError``, ``ImageError``, ``ProbingError``, ``FormatError``, and what the engine throws.
  public func result(
    of paths: [String], labels source: LabelSource, progress report: @escaping (String, Int, Int) -> Void
  ) throws -> Result {
    let labels = try source.labels(of: paths, names: model.classNames, classes: classifier.classCount)
    report("clean pictures", 0, paths.count)
    let clean = try CleanProbe(self, paths: paths, labels: labels) { report("clean pictures", $0, paths.count) }
    let correct = clean.pictures.filter(\.isCorrect)
    let study = try phaseStudy()
    let fourier = try fourierSensitivity()
    let attacker = try PictureAttacker(self, output: clean.output, modelKey: modelKey())
    let progress = ProbeProgress(
      total: attacker.cost(pictures: correct.count, fourier: fourier, study: study), report: report)
    let attacked = try attacker.attack(correct, progress: progress)
    let waves = try fourier.map { try attacker.fourier($0, correct, progress: progress) }
    let measurements = try study.map { try attacker.phases($0, correct, progress: progress) }

    let records = attacked.records
    let budgets = settings.budgets
    var attacks: [ProbeFindings.Attack] = []
    for place in records.first?.attacks.indices ?? 0..<0 {
      let column = records.map { $0.attacks[place] }
      attacks += budgets.indices.map {
        ProbeFindings.Attack(column, budgets: budgets, index: $0, pictures: paths.count)
      }
    }
    var findings = ProbeFindings(
      model: model.source.specification, labels: source.title, norm: settings.norm, seed: settings.seed,
      target: settings.target, cleanAccuracy: Double(correct.count) / Double(paths.count), pictures: clean.pictures,
      misclassified: clean.pictures.filter { !$0.isCorrect }.map(\.path), attacks: attacks,
      minimal: minimal(records), sensitivity: try clean.sensitivity(),
      fourier: fourier.map { ProbeFindings.Fourier(side: $0.side, length: $0.length, errorRates: []) },
      phaseStudy: nil, warnings: clean.warnings)
    let rates = both(fourier, waves).map { $0.errorRates($1) }
    findings.fourier?.errorRates = rates?.scalars ?? []
    if let study, let measurements, !measurements.isEmpty {
      report("even twin", 0, 1)
      let found = try PhaseStudyFindings(measurements, masks: study.masks, seed: settings.seed)
      let twin = try evenTwin(study, correct, attacker)
      findings.phaseStudy = ProbeFindings.Phases(findings: found, twin: twin, verdict: found.verdict(twin: twin))
    }
    return Result(
      findings: findings, reused: attacked.reused, seconds: attacked.seconds, model: model,
      classCount: classifier.classCount, clean: clean, records: records,
      fourierRates: rates, gradientPeriods: clean.markedPeriods)
  }

  private func minimal(_ records: [ProbeRecord]) -> [ProbeFindings.Minimal] {
    var minimal: [ProbeFindings.Minimal] = []
    if settings.findsMinimalEpsilon, !records.isEmpty {
      minimal.append(.init("bisection of pgd", norm: settings.norm, records.map { $0.minimalEpsilon.map(Double.init) }))
    }
    if let place = records.first?.attacks.firstIndex(where: { $0.name == "deepfool" }),
      settings.budgets.contains(where: { $0.value > 0 })
    {
      let ends = records.compactMap { $0.attacks[place].outcomes.last }
      minimal.append(
        .init("deepfool", norm: settings.norm, ends.map { $0.rawSuccess ? $0.rawDistances[settings.norm] : nil }))
    }
    return minimal
  }

  private func phaseStudy() throws -> PhaseStudy? {
    guard settings.studiesPhases else { return nil }
    let shape = model.inputShape(batch: 1)
    return PhaseStudy(
      masks: try PhaseStudyMasks(
        period: settings.period ?? min(period, 4), height: shape[2], width: shape[3], seed: settings.seed))
  }

  private func fourierSensitivity() throws -> FourierSensitivity? {
    guard settings.fourierSide > 0 else { return nil }
    let shape = model.inputShape(batch: 1)
    return try FourierSensitivity(
      side: settings.fourierSide, length: FourierSensitivity.usualLength(height: shape[2], width: shape[3]),
      seed: settings.seed)
  }

  /// Seeds of the random pair.
  static let twinSeeds = 3

  private func evenTwin(
    _ study: PhaseStudy, _ pictures: [ProbePicture], _ attacker: PictureAttacker
  ) throws -> EvenTwinFindings? {
    func advantages(_ network: Network, seed: Int) throws -> [Double] {
      let differentiator = try backend.differentiator(for: network, threads: threads)
      let classifier = try Classifier(
        differentiator, inputShape: model.inputShape(batch: settings.batch), output: attacker.output)
      let measurements = try pictures.map { picture in
        let input = try model.input(pictureAt: picture.path)
        let repeated = Tensor.stacked((0..<settings.batch).map { _ in input })
        let label = try classifier.predictions(of: repeated)[0]
        return try study.firstOrder(input, label: label, against: classifier, batch: settings.batch)
      }
      return PhaseStudyFindings.topAdvantages(measurements)
    }
    var (uneven, even, enlarged): ([Double], [Double], [String]) = ([], [], [])
    for seed in 0..<Self.twinSeeds {
      let twin = EvenTwin(of: model.network, seed: settings.seed &+ UInt64(seed))
      enlarged = twin.enlarged
      uneven += try advantages(twin.uneven, seed: seed)
      if let network = twin.even { even += try advantages(network, seed: seed) }
    }
    guard let estimate = Estimate(uneven, seed: settings.seed) else { return nil }
    return EvenTwinFindings(
      enlarged: enlarged, seeds: Self.twinSeeds, uneven: estimate, even: Estimate(even, seed: settings.seed))
  }

  /// Everything about the network that shapes a result.
  private func modelKey() throws -> String {
    let source = model.source
    return [
      try model.digest() ?? source.specification, source.architecture ?? "", source.section ?? "",
      source.fixedInputs.joined(separator: ";"), "\(model.network.normalization.map { "\($0)" } ?? "")",
      "\(model.inputShape(batch: settings.batch))", backend.rawValue, ginghamVersion,
    ].joined(separator: "|")
  }
}

private func both<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
  guard let a, let b else { return nil }
  return (a, b)
}
