import Foundation
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// `gradient` over a set of any size: a row a picture in a table on the disk (`results.csv`, `results.sqlite`), and the sums
/// of what they show.
///
/// Pictures are computed side by side, each on one thread with plans of its own, and taken in their order: results are
/// the same bytes for any number of threads. No picture's map is kept, so memory does not grow with their number.
struct GradientSet {
  /// Of so many pictures and fewer everything is kept and drawn.
  static let fewPictures = 64

  private let gradients: PictureGradients
  private let drawsEach: Bool
  private let context: RunContext
  /// `nil` where nobody keeps files.
  private let spool: RowSpool<State>?
  private var state = State()

  /// What stands for the pictures that are done with.
  private struct State: Codable {
    /// How many those are.
    var done = 0
    var pool: LatticePool?
    var evenness: [Double] = []
    var artifacts = 0
    var zeros = 0
    /// Of the first few whose gradient is zero.
    var zeroPaths: [String] = []
    var skipped: [SkippedFile] = []
    /// The pictures' own folders.
    var subfolders: Set<String> = []
  }

  /// What became of a picture.
  private enum Outcome: Sendable {
    case found(PictureGradients.Result)
    case failed(any Error)
    /// The run is over before its turn came.
    case left
  }

  /// - Parameter drawsEach: whether each picture has a folder of its own.
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  init(_ gradients: PictureGradients, drawsEach: Bool, in context: RunContext) throws {
    (self.gradients, self.drawsEach, self.context) = (gradients, drawsEach, context)
    spool = context.store().map { RowSpool("results.csv", in: $0) }
    guard let found = spool?.found else { return }
    state = found
    for subfolder in state.subfolders.sorted() { context.folder?.adoptFiles(under: subfolder) }
  }

  /// - Parameter remarks: on the pictures.
  /// - Throws: ``InterruptionError``, what the first picture fails with where none succeeds,
  ///   ``FormatError/unwritable(path:reason:)``.
  consuming func result(of paths: [String], remarks: [String]) throws -> RunResult<GradientFindings> {
    try compute(paths)
    var findings = try gradients.findings(of: state.pool, skipped: state.skipped)
    if let spool, let folder = context.folder {
      try spool.deliver(to: folder)
      try spool.read { table in
        var rows = CSVField.records(of: table).makeIterator()
        guard let columns = rows.next() else { return }
        try SetDatabase.write(columns: columns, skipped: state.skipped, into: folder) { add in
          while let row = rows.next() { try add(row) }
        }
      }
      findings.table = "results.csv"
    }
    findings.summary = summary
    let (gradients, pool) = (gradients, state.pool)
    return RunResult(
      findings,
      remarks: gradients.remarks(zeros: state.zeroPaths, unnamed: state.zeros - state.zeroPaths.count) + remarks,
      skipped: state.skipped
    ) { try gradients.draw(pool, into: $0) }
  }

  private mutating func compute(_ paths: [String]) throws {
    var alone = context.writing(into: nil)
    alone.team = .alone
    let workers = Lending { [gradients, alone] in try gradients.copy(in: alone) }
    let isInterrupted = Interruption.current
    let stop = Flag()
    var failure: (any Error)?
    var first: (any Error)?
    context.progress.step("pictures", state.done, of: paths.count)
    sideBySide.forEach(Array(paths.dropFirst(state.done)), ahead: 2 * sideBySide.threads) { path -> Outcome in
      guard !isInterrupted(), !stop.isSet else { return .left }
      do {
        return .found(try workers.with { try $0.result(pictureAt: path) })
      } catch {
        return .failed(error)
      }
    } use: { outcome in
      guard !stop.isSet else { return }
      do {
        switch outcome {
        case .left: return stop.set()
        case .failed(let error):
          first = first ?? error
          state.skipped.append(SkippedFile(path: paths[state.done], reason: "\(error)"))
        case .found(let result): try add(result)
        }
        state.done += 1
        try spool?.keepNowAndThen(state)
        context.progress.step("pictures", state.done, of: paths.count)
      } catch {
        failure = error
        stop.set()
      }
    }
    for remark in alone.remarks.all { context.remarks.add(remark) }
    if let failure {
      // Keeping may fail for the same reason, which is the one to be told.
      try? spool?.keep(state)
      throw failure
    }
    try spool?.keep(state)
    try Interruption.check()
    if state.pool == nil {
      throw first ?? MeasureError.nothingMeasured(count: paths.count, first: state.skipped.first?.reason ?? "")
    }
  }

  /// As many pictures at once as there are threads, and as their plans have room for in half of the memory.
  private var sideBySide: ThreadTeam {
    // Weights are there as the file has them, and in the order of each pass.
    let weights = gradients.model.network.constants.values.reduce(0) { $0 + $1.shape.elementCount }
    let plan = 3 * MemoryLayout<Float>.stride * weights + 256 << 20
    let fitting = Int(ProcessInfo.processInfo.physicalMemory / 2) / max(plan, 1)
    return ThreadTeam(threads: max(1, min(context.team.threads, fitting)))
  }

  private mutating func add(_ result: PictureGradients.Result) throws {
    let finding = result.finding
    var subfolder: String?
    if drawsEach, let folder = context.folder {
      let prefix = folder.subfolder(for: finding.path)
      try result.draw(gradients.subject, into: folder, under: prefix)
      try folder.write(prefix + "gradient.npy") { try result.map.write(npy: $0) }
      state.subfolders.insert(prefix)
      subfolder = prefix
    }
    if let spool {
      if state.pool == nil { spool.append(Self.header(finding)) }
      spool.append(Self.row(finding, folder: subfolder))
    }
    try LatticePool.add(result.pool, to: &state.pool)
    state.evenness.append(finding.lattice.cv2Corrected)
    if finding.lattice.verdict == .artifact { state.artifacts += 1 }
    if finding.isZero {
      state.zeros += 1
      if state.zeroPaths.count < Self.namedZeros { state.zeroPaths.append(finding.path) }
    }
  }

  private static let namedZeros = 8

  private var summary: GradientFindings.Summary {
    .init(
      count: state.evenness.count, artifacts: state.artifacts, zeros: state.zeros,
      cv2Corrected: Quantiles(of: state.evenness))
  }

  // MARK: The table

  private static func header(_ finding: GradientFindings.Image) -> String {
    let bands = finding.lattice.bands.flatMap { band in
      ["cv2_corrected", "standard_error", "verdict"].map { "\($0)_\(band.period)" }
    }
    return
      ([
        "path", "target", "value", "class", "logit", "label", "verdict", "period", "cv2", "cv2_corrected", "max_min",
        "dead_share", "effective_phases", "top_phase_share", "cosine", "completeness_gap", "is_zero", "folder",
      ] + bands).joined(separator: ",")
  }

  private static func row(_ finding: GradientFindings.Image, folder: String?) -> String {
    let (lattice, prediction) = (finding.lattice, finding.prediction)
    func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "" }
    let fields =
      [
        finding.path, finding.target, text(finding.value), text(prediction?.index), text(prediction?.logit),
        prediction?.label ?? "", lattice.verdict.rawValue, text(lattice.period), text(lattice.cv2),
        text(lattice.cv2Corrected), text(lattice.maxMin), text(lattice.deadShare), text(lattice.effectivePhases),
        text(lattice.topPhaseShare), text(finding.cosine), text(finding.completenessGap), text(finding.isZero),
        folder ?? "",
      ] + lattice.bands.flatMap { [text($0.cv2Corrected), text($0.standardError), $0.verdict.rawValue] }
    return fields.map(CSVField.quoted).joined(separator: ",")
  }
}
