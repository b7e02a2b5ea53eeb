import GinghamLattices

/// Which results `results` is asked for. What is `nil` leaves nothing out.
public struct ResultsSettings: Encodable, Hashable, Sendable {
  /// Folders of runs, or folders that hold some at any depth.
  public var folders: [String]
  /// Part of the model's name, in any case.
  public var model: String?
  /// The verb that made them.
  public var verb: String?
  /// Part of the name of the layer that brings a band in, in any case.
  public var layer: String?
  /// Of bands, in pixels; empty: all.
  public var periods: [Int] = []
  /// The first day, or moment, in UTC: `2026-11-28` or `2026-11-28T14:05:00Z`.
  public var since: String?
  /// The last day, or moment, in UTC.
  public var until: String?
  /// Whether figures of single pictures, layers and experiments are listed beside what all show together.
  public var each = false
  /// A file for the figures as comma-separated values.
  public var csv: String?

  /// With everything below these folders.
  public init(folders: [String]) {
    self.folders = folders
  }

  /// - Throws: ``SettingError``.
  func validate() throws {
    for period in periods {
      try SettingError.require(Periods.bounds.contains(period), "period", period, "a number of pixels from 2")
    }
    for (setting, moment) in [("since", since), ("until", until)] {
      guard let moment else { continue }
      try SettingError.require(
        Self.isMoment(moment), setting, moment, "a day such as 2026-11-28, or a moment such as 2026-11-28T14:05:00Z")
    }
  }

  /// Digits where they belong, in front of any part of `2026-11-28T14:05:00Z` from the day on.
  private static func isMoment(_ text: String) -> Bool {
    let pattern = "0000-00-00T00:00:00Z"
    guard [10, 16, 19, 20].contains(text.utf8.count) else { return false }
    return zip(pattern.utf8, text.utf8).allSatisfy { place, found in
      place == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(found) : place == found
    }
  }

  /// Whether a run belongs to what is asked for.
  func includes(_ run: StoredRun) -> Bool {
    func contains(_ text: String, _ part: String?) -> Bool {
      part.map { text.lowercased().contains($0.lowercased()) } ?? true
    }
    // Moments of one notation are in the order of their texts; a day ends behind all of its moments.
    return contains(run.subject, model) && (verb.map { $0 == run.verb } ?? true)
      && (since.map { $0 <= run.started } ?? true)
      && (until.map { run.started.hasPrefix($0) || run.started < $0 } ?? true)
  }

  /// Whether a figure of such a run does.
  func includes(_ figure: StoredFigure) -> Bool {
    (periods.isEmpty || periods.contains(figure.period)) && (each || !figure.isOfOne)
      && (layer.map { part in figure.layer?.lowercased().contains(part.lowercased()) ?? false } ?? true)
  }
}

extension ResultsSettings: SettingOwner {
  /// Without folders.
  public static let usual = ResultsSettings(folders: [])

  /// All but the folders.
  public static let settings: [Setting<ResultsSettings>] = [
    Setting("model", \.model, "Only runs of models with this in their names.", valueName: "name"),
    Setting("verb", \.verb, "Only runs of this verb.", valueName: "verb"),
    Setting("layer", \.layer, "Only bands that such a layer brings in.", valueName: "name"),
    Setting(
      "period", .repeated, \.periods, "Only bands of this period; may be given several times.", valueName: "px"),
    Setting("since", \.since, "Only runs from this day or moment on, in UTC.", valueName: "YYYY-MM-DD"),
    Setting("until", \.until, "Only runs up to this day or moment, in UTC.", valueName: "YYYY-MM-DD"),
    Setting("each", \.each, "List single pictures, layers and experiments, too."),
    Setting("csv", \.csv, "A file for the figures, a line each.", valueName: "file").naming(.file()),
  ]
}
