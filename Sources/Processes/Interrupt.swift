import Foundation

/// What Ctrl C and a request to terminate do to work that has no end of its own.
public enum Interrupt {
  /// Does work in a task that is cancelled at the first such signal, and waits for its end. A second signal ends the process as
  /// usual.
  public static func untilAsked(_ work: @escaping @Sendable () async -> Void) {
    let end = DispatchSemaphore(value: 0)
    let task = Task {
      await work()
      end.signal()
    }
    let sources = [SIGINT, SIGTERM].map { number in
      // What the system would do otherwise comes first.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        task.cancel()
      }
      source.resume()
      return source
    }
    end.wait()
    for source in sources { source.cancel() }
  }
}
