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

  init(isShown: Bool) {
    remarks = isShown
    self.isShown = isShown && isatty(STDERR_FILENO) == 1
  }

  func show(_ step: RunProgress.Step) {
    guard isShown else { return }
    let what = step.what.printable(limit: 80)
    guard let total = step.total, total > 0 else { return write("\r\u{1B}[K\(what) …") }
    let done = step.done
    let width = 24
    let filled = width * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    write("\r\u{1B}[K\(bar) \(done)/\(total) \(what)")
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
