import GinghamReporting

/// What `gingham results` finds.
public struct ResultsFindings: RunFindings {
  /// A figure that several runs have: of the same verb, at the same place, of the same band.
  public struct Comparison: Encodable, Hashable, Sendable {
    /// That made it.
    public var verb: String
    /// As ``StoredFigure/place``.
    public var place: String
    /// In pixels, or samples.
    public var period: Int
    /// As ``StoredFigure/quantity``.
    public var quantity: String
    /// Of each run in the order of ``ResultsFindings/runs``; null where it has none.
    public var values: [Double?]
  }

  /// The oldest first.
  public var runs: [StoredRun]
  /// Figures that at least two of the runs have.
  public var compared: [Comparison]
  /// Folders and files that tell of no run, and why.
  public var skipped: [SkippedFile]

  init(_ runs: [StoredRun], skipped: [SkippedFile]) {
    self.runs = runs.sorted { ($0.started, $0.folder) < ($1.started, $1.folder) }
    self.skipped = skipped
    compared = Self.compared(self.runs)
  }

  private struct Key: Hashable {
    let verb: String
    let place: String
    let period: Int
    let quantity: String
  }

  private static func compared(_ runs: [StoredRun]) -> [Comparison] {
    var values: [Key: [Double?]] = [:]
    var order: [Key] = []
    for (index, run) in runs.enumerated() {
      for figure in run.figures {
        let key = Key(verb: run.verb, place: figure.place, period: figure.period, quantity: figure.quantity)
        if values[key] == nil { order.append(key) }
        values[key, default: [Double?](repeating: nil, count: runs.count)][index] = figure.value
      }
    }
    return order.compactMap { key in
      guard let found = values[key], found.count(where: { $0 != nil }) > 1 else { return nil }
      return Comparison(
        verb: key.verb, place: key.place, period: key.period, quantity: key.quantity, values: found)
    }
  }

  /// A line a figure, for spreadsheets; runs without figures have a line of their own.
  public var csv: String {
    let header = "started,verb,subject,folder,version,place,period,quantity,value,layer,verdict"
    let lines = runs.flatMap { run -> [String] in
      let head = [run.started, run.verb, run.subject, run.folder, run.version].map(CSVField.quoted)
      guard !run.figures.isEmpty else {
        return [(head + ["", "", "", "", "", CSVField.quoted(run.verdict ?? "")]).joined(separator: ",")]
      }
      return run.figures.map { figure in
        let cells = [
          figure.place, "\(figure.period)", figure.quantity, figure.value.map { "\($0)" } ?? "", figure.layer ?? "",
          figure.verdict ?? "",
        ]
        return (head + cells.map(CSVField.quoted)).joined(separator: ",")
      }
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }
}
