import Foundation
import GinghamTensors

/// The terminal that standard output is.
public enum Terminal {
  /// Its columns; `nil` where standard output is none.
  public static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return max(Int(size.ws_col), 40)
  }
}

/// How far a long run has come, on one line of the terminal. Silent where standard error is a file or a pipe.
public struct TerminalProgress: Sendable {
  private let isShown: Bool
  private let remarks: Bool
  private let pace = Pace()

  /// - Parameter isShown: whether anything is, remarks included.
  public init(isShown: Bool) {
    remarks = isShown
    self.isShown = isShown && isatty(STDERR_FILENO) == 1
  }

  /// - Parameter total: `nil` where what is being done has no number.
  public func show(_ what: String, _ done: Int, of total: Int?) {
    guard isShown else { return }
    let what = what.printable(limit: 80)
    guard let total, total > 0 else { return write("\r\u{1B}[K\(what) …") }
    guard let time = pace.text(of: what, done, total: total) else { return }
    let width = 24
    let filled = width * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    write("\r\u{1B}[K\(bar) \(done)/\(total) \(what)\(time)")
  }

  /// Clears the line.
  public func finish() {
    if isShown { write("\r\u{1B}[K") }
  }

  /// Something the user should know, kept apart from the findings.
  public func remark(_ text: String) {
    guard remarks else { return }
    finish()
    write("note: \(text.printableLines(isIndented: true, limit: 4000))\n")
  }

  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
