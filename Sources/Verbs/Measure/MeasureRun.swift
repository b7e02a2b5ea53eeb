import GinghamDiagnosis
import GinghamLattices
import GinghamReporting

/// `measure`: measures checkerboards, blur and colour banding of pictures, or the unevenness of saved gradients.
public struct MeasureRun: Run {
  /// The verb: what manifests and folders call the run.
  public static let name = "measure"

  /// All that the run is asked to do.
  public var settings: MeasureSettings

  /// Reads nothing yet.
  public init(settings: MeasureSettings) {
    self.settings = settings
  }

  /// What the manifest is written from.
  public var record: RunRecord {
    RunRecord(subject: settings.paths.first ?? "", inputs: settings.paths, settings: settings)
  }

  /// - Throws: ``SettingError`` where a threshold or period is out of its range, or a period is to be sought in
  /// gradients.
  public func validate() throws { try settings.validate() }

  /// - Throws: ``MeasureError`` where there are no files or none of them can be measured, ``ArtifactError`` for periods
  ///   that do not fit.
  public func result(in context: RunContext) throws -> RunResult<MeasureFindings> {
    let files = try InputFiles.files(settings.paths)
    guard !files.isEmpty else { throw MeasureError.noPictures(in: settings.paths) }
    switch settings.as {
    // A WAV file is nothing else; what stands beside some and is none is told.
    case .picture where files.contains(where: \.isWAV): return try sounds(files, in: context)
    case .picture: return try pictures(files, in: context)
    case .sound: return try sounds(files, in: context)
    case .gradient: return try gradients(files, in: context)
    }
  }

  private func pictures(_ files: [String], in context: RunContext) throws -> RunResult<MeasureFindings> {
    let (periods, search) = try periods(searching: { pool, search in
      // What cannot be read is told when it is measured.
      _ = try context.eachSample(files, counting: "searching a period", into: &pool) {
        try PeriodSearchPool.Picture($0, by: search)
      } add: {
        $0.add($1)
      }
    })
    var survey = try PictureSurvey(
      periods: periods.list, thresholds: settings.thresholds(for: .picture), keepsSpectra: settings.spectra,
      // Too few pictures have nothing in common; how many an array holds shows when it is read.
      seeksLocked: files.count >= PictureSetLattice.fewestLocked || files.contains { SamplePlace($0).isInArray })
    let empty = survey
    let skipped = try context.eachSample(
      files, counting: "measuring", into: &survey, storing: { $0.store(in: $1) }, measure: { try empty.measure($0) },
      add: { $0.add($1) })
    guard var set = try survey.finding() else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    var summary: MeasureFindings.Summary?
    if let folder = context.folder, context.storesNumbers(of: files) {
      context.progress.step("writing the table")
      let table = MeasureTable(periods: survey.periods, search: search?.each)
      (set.pictures, summary) = try table.write(survey, skipped: skipped, into: folder)
    }
    if let search {
      set.pooled.search = search.pooled
      for index in set.pictures.indices { set.pictures[index].figures.search = search.each[set.pictures[index].name] }
    }
    var findings = MeasureFindings(of: set, thresholds: settings.thresholds(for: .picture), skipped: skipped)
    if let summary {
      (findings.summary, findings.table) = (summary, SetTable.fileName)
      findings.count = survey.count
    }
    return RunResult(findings, skipped: skipped, draw: set.draw)
  }

  private func sounds(_ files: [String], in context: RunContext) throws -> RunResult<MeasureFindings> {
    let (periods, search) = try periods(searching: { pool, search in
      _ = try context.each(files, counting: "searching a period", samples: SoundSample.samples, into: &pool) {
        try PeriodSearchPool.Picture($0, by: search)
      } add: {
        $0.add($1)
      }
    })
    var survey = try SoundSurvey(
      periods: periods.list, thresholds: settings.thresholds(for: .sound),
      seeksLocked: files.count >= PictureSetLattice.fewestLocked || files.contains { SamplePlace($0).isInArray })
    let empty = survey
    let skipped = try context.each(files, counting: "measuring", samples: SoundSample.samples, into: &survey) {
      try empty.measure($0)
    } add: {
      $0.add($1)
    }
    guard var set = try survey.finding() else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    if let search {
      set.pooled.search = search.pooled
      for index in set.sounds.indices { set.sounds[index].figures.search = search.each[set.sounds[index].name] }
    }
    return RunResult(
      MeasureFindings(of: set, thresholds: settings.thresholds(for: .sound), skipped: skipped), skipped: skipped,
      draw: set.draw)
  }

  private typealias Search = (each: [String: PeriodSearchFigures], pooled: PeriodSearchFigures)

  /// Those named, or the divisors of the one that is found.
  private func periods(
    searching fill: (inout PeriodSearchPool, PeriodSearch) throws -> Void
  ) throws -> (Periods, Search?) {
    if case .listed(let listed) = settings.periods { return (listed, nil) }
    var pool = PeriodSearchPool()
    try fill(&pool, PeriodSearch())
    let search = try pool.search(PeriodSearch())
    guard let whole = search.pooled.found?.wholePeriod else { return (.usual, search) }
    return (Periods(try Lattice(period: whole).bandPeriods), search)
  }

  private func gradients(_ files: [String], in context: RunContext) throws -> RunResult<MeasureFindings> {
    guard case .listed(let periods) = settings.periods else {
      throw ArtifactError.badArgument("a period is sought in pictures; name the periods of a gradient's network")
    }
    var survey = try GradientSurvey(periods: periods.list, thresholds: settings.thresholds(for: .gradient))
    let skipped = try context.eachSample(files, counting: "measuring", into: &survey) {
      try GradientSurvey.Map($0)
    } add: {
      $0.add($1)
    }
    guard let set = try survey.finding() else {
      throw MeasureError.nothingMeasured(count: files.count, first: skipped.first?.reason ?? "")
    }
    return RunResult(
      MeasureFindings(of: set, thresholds: settings.thresholds(for: .gradient), skipped: skipped), skipped: skipped,
      draw: set.phases.drawEnergies)
  }
}
