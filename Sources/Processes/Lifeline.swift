import Foundation
import GinghamTensors

/// Ends a child process together with its parent, however the parent ends: the child reads from a pipe whose other end
/// only the parent holds, and the system closes it with the parent.
public final class Lifeline {
  private static let mark = "GINGHAM_LIFELINE"

  private let end: FileHandle

  /// For a process that is about to run this tool, whose standard input it takes.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where the system gives no pipe.
  public init(for process: Process) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw FormatError.unreadable(path: "pipe", reason: String(cString: strerror(errno)))
    }
    // A copy in the child, or in anybody else's, would keep the pipe open.
    for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    end = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
    var environment = ProcessInfo.processInfo.environment
    environment[Self.mark] = "1"
    process.environment = environment
  }

  /// Called as the tool begins: where it was started with a lifeline, it ends when that does.
  public static func hold() {
    guard ProcessInfo.processInfo.environment[mark] != nil else { return }
    // Nobody this process starts shall wait for the same pipe.
    unsetenv(mark)
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count > 0 || count < 0 && errno == EINTR { continue }
        break
      }
      // As if terminated: nothing is tidied up that another thread may be writing.
      _exit(128 + SIGTERM)
    }
  }
}
