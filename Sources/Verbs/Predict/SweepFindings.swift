/// What a sweep of `predict` finds: every combination, from the most even and, of equals, the cheapest.
public struct SweepFindings: RunFindings {
  /// One combination.
  public struct Entry: Encodable, Sendable {
    /// As it can be given to other verbs, or the notation of a stack.
    public var specification: String
    /// Its value on each axis.
    public var settings: [String: Int]
    /// CV² of what is painted (or of the gradient at the input, for classifiers).
    public var cv2: Double
    /// Strongest over weakest phase; `nil` where a phase is dead.
    public var maxMin: Double?
    /// CV² by period.
    public var bands: [String: Double]
    /// Multiply-adds for one picture; for a stack, of one channel.
    public var macs: Int
    /// Whether nothing else is as even for fewer multiply-adds.
    public var isOnFront = false

    private enum CodingKeys: String, CodingKey {
      case specification, settings, cv2, maxMin, bands, macs
      case isOnFront = "on_front"
    }
  }

  /// A combination without a result.
  public struct Skipped: Encodable, Hashable, Sendable {
    /// As it would be given to other verbs.
    public var specification: String
    /// Why it makes no network, or cannot be predicted.
    public var reason: String
  }

  /// Of pictures, or of gradients.
  public var subject: String
  /// Names of what is varied, in the file's order.
  public var axes: [String]
  /// From the most even; of equals the cheapest first.
  public var entries: [Entry]
  /// Combinations that make no network.
  public var skipped: [Skipped]

  init(subject: String, axes: [String], entries: [Entry], skipped: [Skipped]) {
    (self.subject, self.axes, self.skipped) = (subject, axes, skipped)
    self.entries = Self.ranked(entries)
  }

  /// Sorted, with the front marked. Energies that differ by rounding are equal.
  static func ranked(_ entries: [Entry]) -> [Entry] {
    func energy(_ entry: Entry) -> Double { (entry.cv2 * 1e9).rounded() }
    var ranked = entries.sorted {
      (energy($0), $0.macs, $0.specification) < (energy($1), $1.macs, $1.specification)
    }
    var cheapest = Int.max
    for index in ranked.indices where ranked[index].macs < cheapest {
      ranked[index].isOnFront = true
      cheapest = ranked[index].macs
    }
    return ranked
  }
}
