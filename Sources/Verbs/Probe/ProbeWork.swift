import Foundation
import GinghamAdversarialProbing
import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// A loaded classifier with everything that a probe of it needs.
struct ProbeWork {
  let model: Model
  let settings: ProbeSettings
  let context: RunContext
  let classifier: Classifier
  let mask: PixelMask?
  /// The lattice that shares are taken on.
  let period: Int

  /// - Throws: ``ProbingError`` where the network is no classifier or the settings do not fit it, ``NetworkError``,
  ///   ``EngineError``.
  init(_ model: Model, settings: ProbeSettings, context: RunContext) throws {
    self.model = model
    self.settings = settings
    self.context = context
    let shape = model.inputShape(batch: settings.passSize)
    classifier = try Classifier(try context.differentiator(for: model.network), inputShape: shape)
    try settings.check(elements: shape.elementCount / settings.passSize, classes: classifier.classCount)
    mask = try settings.mask.map(PixelMask.init(path:))
    if let mask {
      guard mask.height == shape[2], mask.width == shape[3] else {
        throw ProbingError.wrongMask(expected: [shape[2], shape[3]], found: [mask.height, mask.width])
      }
      guard mask.count > 0 else { throw ProbingError.emptyMask }
    }
    period = try settings.period ?? model.latticePeriod(targets: Array(model.network.outputs.prefix(1)))
  }

  /// Results of single pictures stay in the folder, so that a run with more pictures computes only these.
  static func store(in context: RunContext) -> ResultStore? { context.store(.results(folder: "pictures")) }

  func phaseStudy() throws -> PhaseStudy? {
    guard settings.phaseStudy else { return nil }
    let shape = model.inputShape(batch: 1)
    return PhaseStudy(
      masks: try PhaseStudyMasks(
        period: settings.period ?? min(period, 4), height: shape[2], width: shape[3], seed: settings.seed))
  }

  func fourierSensitivity() throws -> FourierSensitivity? {
    guard settings.fourier > 0 else { return nil }
    let shape = model.inputShape(batch: 1)
    return try FourierSensitivity(
      side: settings.fourier, length: FourierSensitivity.usualLength(height: shape[2], width: shape[3]),
      seed: settings.seed)
  }

  func evenTwin(_ study: PhaseStudy, _ pictures: [ProbePicture], _ output: ClassifierOutput) throws
    -> EvenTwinFindings?
  {
    try study.evenTwin(
      of: model.network, pictures: (pictures.count, { try model.input(pictureAt: pictures[$0].path) }),
      seed: settings.seed, batch: settings.passSize
    ) { network in
      try Classifier(
        context.differentiator(for: network), inputShape: model.inputShape(batch: settings.passSize), output: output)
    }
  }

  /// Everything about the network that shapes a result.
  func modelKey() throws -> String {
    let source = model.source
    return [
      try model.digest() ?? source.specification, source.architecture ?? "", source.section ?? "",
      source.fixedInputs.joined(separator: ";"), "\(model.network.normalization.map { "\($0)" } ?? "")",
      "\(model.inputShape(batch: settings.passSize))", context.engine.backend.rawValue, context.engine.precisionName,
      ginghamVersion,
    ].joined(separator: "|")
  }
}
