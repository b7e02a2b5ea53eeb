import Foundation
import GinghamModels
import GinghamReporting
import GinghamTensors

/// What shaped a result, whole: a manifest is written from it and nothing else.
///
/// Settings are one value that is encoded as it stands, defaults included, so that a setting cannot be forgotten: the
/// property that the run reads is the entry of the manifest.
public struct RunRecord: Sendable {
  /// What folders are named after: the net where there is one.
  public var subject: String
  /// With every option that changes what its file says; `nil` where no net is loaded.
  public var model: ModelSource?
  /// What the manifest says in a model's place where none is loaded.
  public var standsForModel: String
  /// Whether the net is run. Where it is only looked at, the manifest names no engine.
  public var runsModel: Bool
  /// Files, folders and patterns that are read, as they were named. Their digests are in the manifest.
  public var inputs: [String]
  /// Of all random numbers; `nil` where none are drawn.
  public var seed: UInt64?
  /// All that the run is asked to do, encoded as it stands.
  public var settings: any Encodable & Sendable

  /// Of a run without a net.
  ///
  /// - Parameter standingForModel: what the manifest says in a model's place.
  public init(
    subject: String, standingForModel: String = "", inputs: [String] = [], seed: UInt64? = nil,
    settings: any Encodable & Sendable
  ) {
    self.init(
      subject: subject, model: nil, standsForModel: standingForModel, runsModel: false, inputs: inputs, seed: seed,
      settings: settings)
  }

  private init(
    subject: String, model: ModelSource?, standsForModel: String, runsModel: Bool, inputs: [String], seed: UInt64?,
    settings: any Encodable & Sendable
  ) {
    self.subject = subject
    self.model = model
    self.standsForModel = standsForModel
    self.runsModel = runsModel
    self.inputs = inputs
    self.seed = seed
    self.settings = settings
  }

  /// Of a run of a net.
  ///
  /// - Parameter runsModel: whether any engine runs it.
  public init(
    of model: ModelSource, runsModel: Bool = true, inputs: [String] = [], seed: UInt64? = nil,
    settings: any Encodable & Sendable
  ) {
    self.init(
      subject: model.specification, model: model, standsForModel: "", runsModel: runsModel, inputs: inputs, seed: seed,
      settings: settings)
  }

  /// Every setting under its name in snake case; those that are not set are null.
  func parameters() throws -> [String: JSONValue] {
    guard case .object(var parameters) = try JSONValue(encoding: settings) else { return [:] }
    for case (let label?, _) in Mirror(reflecting: settings).children {
      let key = label.snakeCased
      if parameters[key] == nil { parameters[key] = .null }
    }
    return parameters
  }

  /// What can be said before the run: settings that are left open are not settled yet, and no file is written.
  func manifest(command: [String], context: RunContext, started: Date) throws -> Manifest {
    var manifest = Manifest(
      command: command, version: ginghamVersion, model: model?.specification ?? standsForModel,
      modelDigest: try model?.digest(), backend: runsModel ? context.engine.backend.rawValue : "none",
      precision: runsModel ? context.engine.precisionName : nil,
      threads: context.team.threads, seed: seed.flatMap(Int.init(exactly:)),
      parameters: try parameters(), started: started)
    manifest.modelOptions = try model.map { try JSONValue(encoding: $0.options) }
    manifest.inputs = InputFiles.recorded(inputs).map { path in
      // A checkpoint may be written just now.
      let digest = try? MappedFile.noticingLosses(at: path) { try FileDigest.sha256(path: path) }
      return Manifest.Input(path: path, digest: digest)
    }
    return manifest
  }
}

extension RunRecord {
  /// For figures: the net, and the picture or the first of them.
  var figureSubject: FigureSubject {
    var subject = FigureSubject()
    subject.net = model?.title ?? ""
    if let first = inputs.first {
      subject.pictures = first.lastPathPart + (inputs.count > 1 ? " and \(inputs.count - 1) more" : "")
    }
    return subject
  }

  /// Looks whether the inputs exist.
  ///
  /// - Parameter isToCome: tells files that something else will have written before the run begins.
  /// - Throws: ``MeasureError/nothingThere(_:)``.
  func checkInputs(except isToCome: (_ path: String) -> Bool) throws {
    for input in inputs where !isToCome(input) { _ = try InputFiles.files([input]) }
  }
}
