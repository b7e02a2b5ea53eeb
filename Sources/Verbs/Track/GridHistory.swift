/// How a grid fares along training, by rules that need nothing but each checkpoint's verdict and peak.
///
/// With n checkpoints, *start* and *end* are the first and last tenth of them (one at least), and the grid is there where
/// most of these show it:
/// - `clean`: at no time.
/// - `heals`: at some time, but not at the end.
/// - `late`: not at the start, but at the end.
/// - `grows`: at both, and the mean peak at the end exceeds that at the start by 3 dB.
/// - `initial`: at both, and about as strong or weaker.
public enum GridHistory: String, Hashable, Sendable, Codable {
  case initial, grows, late, heals, clean

  /// - Parameters:
  ///   - shown: whether each checkpoint shows the grid.
  ///   - peaks: of each checkpoint in dB; `nil` where there is none to measure.
  public init(shown: [Bool], peaks: [Double?]) {
    let window = max(1, shown.count / 10)
    let (start, end) = (Self.mostly(shown.prefix(window)), Self.mostly(shown.suffix(window)))
    switch (start, end) {
    case (_, false): self = shown.contains(true) ? .heals : .clean
    case (false, true): self = .late
    case (true, true):
      let (before, after) = (Self.mean(peaks.prefix(window)), Self.mean(peaks.suffix(window)))
      self = after - before >= Self.growth ? .grows : .initial
    }
  }

  static let growth = 3.0

  private static func mostly(_ flags: ArraySlice<Bool>) -> Bool { 2 * flags.count { $0 } > flags.count }

  private static func mean(_ peaks: ArraySlice<Double?>) -> Double {
    let known = peaks.compactMap { $0 }
    return known.isEmpty ? 0 : known.reduce(0, +) / Double(known.count)
  }

  /// What it says.
  public var meaning: String {
    switch self {
    case .initial: "the grid is there from the start, and training leaves it"
    case .grows: "the grid is there from the start, and training makes it stronger"
    case .late: "training brings the grid in"
    case .heals: "training takes the grid out"
    case .clean: "no checkpoint shows a grid"
    }
  }
}
