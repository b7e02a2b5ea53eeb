import Foundation
import Gingham

/// How far a long run has come, on one line of the terminal. Silent where standard error is a file or a pipe.
struct Progress {
  private let isShown: Bool
  private let remarks: Bool

  init(isShown: Bool) {
    remarks = isShown
    self.isShown = isShown && isatty(STDERR_FILENO) == 1
  }

  /// A step that has no number.
  func step(_ what: String) {
    guard isShown else { return }
    write("\r\u{1B}[K\(Self.short(what)) …")
  }

  func step(_ what: String, _ done: Int, of total: Int) {
    guard isShown, total > 0 else { return }
    let width = 24
    let filled = width * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    write("\r\u{1B}[K\(bar) \(done)/\(total) \(Self.short(what))")
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

  private static func short(_ text: String) -> String { text.printable(limit: 80) }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
