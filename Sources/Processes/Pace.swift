import Foundation

/// How fast a count goes, and how long what is left of it will take at that.
final class Pace: @unchecked Sendable {
  private let lock = NSLock()
  private let now: () -> ContinuousClock.Instant
  private var counted: String?
  private var start: (done: Int, at: ContinuousClock.Instant)?
  private var shown: ContinuousClock.Instant?

  init(_ now: @escaping () -> ContinuousClock.Instant = { .now }) {
    self.now = now
  }

  /// What stands behind a count: nothing in its first seconds, then `, 12.3/s, 4 min left`. `nil` where the last one was
  /// shown just now: a terminal takes longer than a small picture.
  func text(of what: String, _ done: Int, total: Int) -> String? {
    lock.withLock {
      let now = now()
      if what != counted || done < start?.done ?? 0 { (counted, start, shown) = (what, (done, now), nil) }
      if let shown, now - shown < .milliseconds(100), done < total { return nil }
      shown = now
      guard let start, done > start.done, now - start.at > .seconds(3) else { return "" }
      let rate = Double(done - start.done) / ((now - start.at) / .seconds(1))
      let left = Double(total - done) / rate
      let speed = rate >= 1 ? String(format: "%.1f/s", rate) : String(format: "%.1f s each", 1 / rate)
      return ", \(speed), \(Self.words(seconds: left)) left"
    }
  }

  private static func words(seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded())) s"
    case ..<5400: "\(Int((seconds / 60).rounded())) min"
    case ..<172_800: String(format: "%.1f h", seconds / 3600)
    default: "\(Int((seconds / 86400).rounded())) days"
    }
  }
}
