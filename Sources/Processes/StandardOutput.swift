import Foundation
import GinghamTensors

/// Results on standard output. A full disk behind it is an error, as it is behind any other file.
public enum StandardOutput {
  /// Writes bytes as they are.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public static func write(_ data: Data) throws {
    var rest = data[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw FormatError.unwritable(path: "standard output", reason: String(cString: strerror(errno)))
      }
      rest = rest.dropFirst(written)
    }
  }

  /// Writes a line, with its newline.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public static func write(line: String) throws { try write(Data((line + "\n").utf8)) }
}
