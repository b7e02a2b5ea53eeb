import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// What a run is handed from the top: the engine, the threads, where files go, and whom to tell how far it is.
public struct RunContext {
  /// What nets are run with.
  public var engine: EngineChoice
  /// Every loop runs on these threads and no others.
  public var team: ThreadTeam
  /// Who is told how far the run is.
  public var progress: RunProgress
  /// What figures are written as, beside PNG.
  public var figureFormats: Set<FigureFormat> = []
  /// `nil` where nobody keeps files: then nothing is drawn.
  public private(set) var folder: RunFolder?
  /// Of so many files and fewer all that belongs to single ones is kept in memory, and in the findings.
  var fewFiles = 1000
  /// What comes to light while a run computes.
  private(set) var remarks = RunRemarks()

  /// - Parameter folder: where files go; `nil`: nobody keeps any.
  public init(
    engine: EngineChoice = EngineChoice(), team: ThreadTeam = .allCores, progress: RunProgress = .silent,
    folder: RunFolder? = nil
  ) {
    self.engine = engine
    self.team = team
    self.progress = progress
    self.folder = folder
  }

  /// Where parts of the run's work outlive it; `nil` where nobody keeps files.
  func store(_ place: ResultStore.Place = .workshop) -> ResultStore? {
    folder.map { ResultStore(folder: $0, place: place) }
  }

  /// The same for one run, which writes into `folder` and has remarks of its own.
  func writing(into folder: RunFolder?) -> RunContext {
    var context = self
    context.folder = folder
    context.remarks = RunRemarks()
    return context
  }

  /// Loads a model, as every run begins, and notes what was chosen in its file.
  ///
  /// - Throws: what ``ModelSource/load()`` throws.
  public func load(_ source: ModelSource) throws -> Model {
    progress.step("loading")
    let model = try source.load()
    for note in model.notes { remarks.add(note) }
    return model
  }

  /// - Throws: ``EngineError`` where the library refuses.
  public func differentiator(for network: Network) throws -> any Differentiator {
    try differentiator(for: network, on: engine)
  }

  /// The same on another engine than the run's.
  func differentiator(for network: Network, on engine: EngineChoice) throws -> any Differentiator {
    PlanRemarks(try engine.differentiator(for: network, team: team), telling: remarks)
  }
}

extension RunContext {
  /// Does `body` with each file that the inputs stand for in turn. Those that fail are left out with their reason, so that one broken picture
  /// does not cost the others their results.
  ///
  /// - Throws: what the first input fails with, where none succeeds; ``MeasureError/noPictures(in:)``.
  func each<Value>(
    _ inputs: [String], counting what: String = "pictures", _ body: (String) throws -> Value
  ) throws -> (results: [Value], skipped: [SkippedFile]) {
    var results: [Value] = []
    var skipped: [SkippedFile] = []
    var first: (any Error)?
    let paths = try InputFiles.listed(inputs)
    guard !paths.isEmpty else { throw MeasureError.noPictures(in: inputs) }
    for (index, path) in paths.enumerated() {
      progress.step(what, index, of: paths.count)
      try Interruption.check()
      do {
        results.append(try body(path))
      } catch let error as InterruptionError {
        throw error
      } catch {
        first = first ?? error
        skipped.append(SkippedFile(path: path, reason: "\(error)"))
      }
    }
    if results.isEmpty, let first { throw first }
    return (results, skipped)
  }
}
