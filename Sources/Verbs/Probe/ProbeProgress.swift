import Foundation

/// How far a probe is by the work of its parts, and how long the rest will take at the pace so far.
final class ProbeProgress {
  private let report: RunProgress
  private let started = ContinuousClock.now
  private let total: Double
  private var done = 0.0
  private var skipped = 0.0

  /// - Parameter total: work in any unit.
  init(total: Double, report: RunProgress) {
    self.total = max(total, 1)
    self.report = report
  }

  /// - Parameter isCached: costs no time, so it says nothing about the pace.
  func advance(by amount: Double, isCached: Bool = false) {
    done += amount
    if isCached { skipped += amount }
  }

  func show(_ what: String, partly: Double = 0) {
    let done = min(done + partly, total)
    let elapsed = Double((ContinuousClock.now - started).components.seconds)
    let worked = done - skipped
    let left = worked > 0 && elapsed > 1 ? elapsed / worked * (total - done) : nil
    report.step(what + (left.map { ", \(Self.text($0)) left" } ?? ""), Int(100 * done / total), of: 100)
  }

  static func text(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    default: String(format: "%.1f h", seconds / 3600)
    }
  }
}
