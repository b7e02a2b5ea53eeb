import GinghamDiagnosis
import GinghamImaging
import GinghamLattices
import GinghamTensors

/// Says what is wrong with a set of generated pictures.
public struct DiagnoseRun: Sendable {
  public var periods: [Int]
  public var thresholds: DiagnosisThresholds
  public var threads: Int

  public init(
    periods: [Int] = Lattice.usualPeriods, thresholds: DiagnosisThresholds = DiagnosisThresholds(), threads: Int = 1
  ) {
    self.periods = periods
    self.thresholds = thresholds
    self.threads = threads
  }

  /// What a run found, and what can be drawn of it.
  public struct Result: Sendable {
    public var findings: DiagnoseFindings
    let diagnosis: Diagnosis
  }

  /// Diagnoses files, folders and patterns, beside a reference where there is one. Files that cannot be measured are
  /// listed in the findings.
  ///
  /// - Parameters:
  ///   - reference: pictures as they should be; empty: none.
  ///   - features: the net whose features the sets' distance is taken in.
  ///   - progress: told what is done and how many files are through.
  /// - Throws: ``MeasureError`` where there are no files or none of them can be measured, in either set;
  ///   ``ArtifactError`` for bad periods, and for too few pictures for a distance; what the engine throws.
  public func result(
    _ paths: [String], reference: [String] = [], features: FeatureNet? = nil,
    progress: (_ what: String, _ done: Int, _ count: Int) -> Void = { _, _, _ in }
  ) throws -> Result {
    if features != nil, reference.isEmpty {
      throw ArtifactError.badArgument("a Fréchet distance is one between two sets: name the other with --reference")
    }
    let set = try PictureFiles(paths)
    let other = reference.isEmpty ? nil : try PictureFiles(reference)
    let found = try signs(of: set, what: "diagnosing", progress)
    let known = try other.map { try signs(of: $0, what: "the reference", progress) }
    var thresholds = thresholds
    if known == nil, found.signs.count < Self.pooledPictures { thresholds.tileDistance *= Self.ownNormFactor }
    let diagnosis = Diagnosis(
      of: found.signs, pooled: found.pooled, locked: found.locked, reference: known?.signs ?? [], thresholds: thresholds
    )
    var distance: DiagnoseFindings.Distance?
    if let features, let known {
      distance = try features.distance(
        between: found.signs.map(\.name), and: known.signs.map(\.name), progress: progress)
    }
    return Result(
      findings: DiagnoseFindings(
        diagnosis, periods: found.periods, skipped: found.skipped, referenceSkipped: known?.skipped ?? [],
        distance: distance),
      diagnosis: diagnosis)
  }

  /// So few pictures are their own norm: a sky beside a tree is far from it, and more distance is asked for.
  private static let pooledPictures = 4
  private static let ownNormFactor = 1.5

  private struct PictureFiles {
    var files: [String]

    init(_ paths: [String]) throws {
      files = try InputFiles.files(paths)
      guard !files.isEmpty else { throw MeasureError.noPictures(in: paths) }
    }
  }

  private struct Signs {
    var signs: [PictureSigns] = []
    var pooled: PictureLatticeFinding
    /// `nil` of too few pictures.
    var locked: LockedLatticeFinding?
    var periods: [Int]
    var skipped: [MeasureFindings.Skipped] = []
  }

  private func signs(
    of set: PictureFiles, what: String, _ progress: (String, Int, Int) -> Void
  ) throws -> Signs {
    let lattice = try PictureLattice(periods: periods, thresholds: thresholds.lattice)
    var pool = PictureLatticePool(lattice)
    var locked = try LockedLattice(periods: periods)
    let gathersLocked = set.files.count >= locked.thresholds.pictures
    var (signs, skipped) = ([PictureSigns](), [MeasureFindings.Skipped]())
    MeasureRun(threads: threads).forEach(
      set.files.map(MeasureRun.Source.file),
      measure: { sample in
        try PictureSigns.signs(
          of: sample.channels, name: sample.name, isJPEG: Self.isJPEG(sample.name), lattice: lattice,
          retainsDetail: gathersLocked)
      },
      progress: { progress(what, $0, $1) },
      use: { outcome in
        switch outcome {
        case .skipped(let file): skipped.append(file)
        case .measured(let found):
          for picture in found {
            for channel in picture.channels { pool.add(channel) }
            if gathersLocked, let part = locked.picture(measured: picture.channels) { locked.add(part) }
            signs.append(picture.signs)
          }
        }
      })
    guard !signs.isEmpty else {
      throw MeasureError.nothingMeasured(count: set.files.count, first: skipped.first?.reason ?? "")
    }
    return Signs(
      signs: signs, pooled: try pool.finding(), locked: gathersLocked ? try locked.finding() : nil,
      periods: lattice.periods, skipped: skipped)
  }

  private static func isJPEG(_ path: String) -> Bool {
    [".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) }
  }
}
