import Foundation
import Gingham

enum Terminal {
  /// Columns of the terminal that standard output is; `nil` where it is none.
  static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return max(Int(size.ws_col), 40)
  }
}

/// How far a long run has come, on one line of the terminal. Silent where standard error is a file or a pipe.
struct Progress {
  private let isShown: Bool
  private let remarks: Bool
  private let pace = Pace()

  init(isShown: Bool) {
    remarks = isShown
    self.isShown = isShown && isatty(STDERR_FILENO) == 1
  }

  func show(_ step: RunProgress.Step) {
    guard isShown else { return }
    let what = step.what.printable(limit: 80)
    guard let total = step.total, total > 0 else { return write("\r\u{1B}[K\(what) …") }
    let done = step.done
    guard let time = pace.text(of: step, total: total) else { return }
    let width = 24
    let filled = width * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    write("\r\u{1B}[K\(bar) \(done)/\(total) \(what)\(time)")
  }

  func finish() {
    if isShown { write("\r\u{1B}[K") }
  }

  /// Something the user should know, kept apart from the findings.
  func remark(_ text: String) {
    guard remarks else { return }
    finish()
    write("note: \(text.printableLines(isIndented: true, limit: 4000))\n")
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}

/// How fast a count goes, and how long what is left of it will take at that.
final class Pace: @unchecked Sendable {
  private let lock = NSLock()
  private let now: () -> ContinuousClock.Instant
  private var what: String?
  private var start: (done: Int, at: ContinuousClock.Instant)?
  private var shown: ContinuousClock.Instant?

  init(_ now: @escaping () -> ContinuousClock.Instant = { .now }) {
    self.now = now
  }

  /// What stands behind a count: nothing in its first seconds, then `, 12.3/s, 4 min left`. `nil` where the last one was
  /// shown just now: a terminal takes longer than a small picture.
  func text(of step: RunProgress.Step, total: Int) -> String? {
    lock.withLock {
      let now = now()
      if what != step.what || step.done < start?.done ?? 0 { (what, start, shown) = (step.what, (step.done, now), nil) }
      if let shown, now - shown < .milliseconds(100), step.done < total { return nil }
      shown = now
      guard let start, step.done > start.done, now - start.at > .seconds(3) else { return "" }
      let rate = Double(step.done - start.done) / ((now - start.at) / .seconds(1))
      let left = Double(total - step.done) / rate
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
