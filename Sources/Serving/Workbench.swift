import Foundation
import GinghamTensors
import Synchronization

/// One thread that computes for many who wait: a short queue, and work that ends soon after nobody waits for it.
///
/// Long work lets short work through between its parts, so that nobody waits for the end of an hour.
public final class Workbench: Sendable {
  /// Why work was not begun.
  public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The queue is full.
    case busy
    /// The bench was closed.
    case closed

    /// For whoever waits.
    public var description: String {
      switch self {
      case .busy: "too much is waiting already; try again in a moment"
      case .closed: "the server is ending"
      }
    }
  }

  private final class Job: Sendable {
    let isLong: Bool
    let isUnwanted = Mutex(false)
    let body: @Sendable (_ isRequested: @escaping @Sendable () -> Bool) -> Void
    let drop: @Sendable (any Error) -> Void

    init(
      isLong: Bool, body: @escaping @Sendable (@escaping @Sendable () -> Bool) -> Void,
      drop: @escaping @Sendable (any Error) -> Void
    ) { (self.isLong, self.body, self.drop) = (isLong, body, drop) }

    func run() { body { [self] in isUnwanted.withLock { $0 } } }
  }

  private struct State {
    var waiting: [Job] = []
    var running: [Job] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let limit: Int
  private let signal = DispatchSemaphore(value: 0)
  private let end = DispatchSemaphore(value: 0)

  /// - Parameter waiting: work that may wait; more is refused.
  public init(waiting: Int = 64) {
    limit = waiting
    // Deep nets are walked in deep calls.
    let thread = Thread { [self] in
      while true {
        signal.wait()
        if let job = next(where: { _ in true }) { job.run(); finished(job) }
        if state.withLock({ $0.isClosed && $0.waiting.isEmpty }) { break }
      }
      end.signal()
    }
    thread.stackSize = 64 << 20
    thread.name = "workbench"
    thread.start()
  }

  /// Work that waits and work that is being done.
  public var load: Int { state.withLock { $0.waiting.count + $0.running.count } }

  /// Does work on the bench's thread. Where the calling task is cancelled, it is not begun, or given up (``Interruption``).
  ///
  /// - Parameter isLong: whether it calls ``letOthersThrough()``, and is not begun inside other long work.
  /// - Throws: ``Refusal``, ``InterruptionError``, and what `body` does.
  public func perform<Value: Sendable>(
    isLong: Bool = false, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let job = Mutex<Job?>(nil)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (waiter: CheckedContinuation<Value, any Error>) in
        let made = Job(
          isLong: isLong,
          body: { isUnwanted in
            waiter.resume(with: Result { try Interruption.allowing(isUnwanted, body) })
          }, drop: { waiter.resume(throwing: $0) })
        job.withLock { $0 = made }
        let refusal: Refusal? = state.withLock { state in
          if state.isClosed { return .closed }
          if state.waiting.count >= limit { return .busy }
          state.waiting.append(made)
          return nil
        }
        if let refusal { return made.drop(refusal) }
        signal.signal()
        // Cancelled before the job was known.
        if Task.isCancelled { giveUp(made) }
      }
    } onCancel: {
      if let job = job.withLock({ $0 }) { giveUp(job) }
    }
  }

  /// Called by long work between its parts, on the bench's thread: does the short work that waits.
  public func letOthersThrough() {
    while let job = next(where: { !$0.isLong }) {
      job.run()
      finished(job)
    }
  }

  /// Gives up all work and waits until the thread has ended.
  public func close() {
    let (waiting, running) = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return (state.waiting, state.running)
    }
    for job in waiting { job.drop(Refusal.closed) }
    for job in running { job.isUnwanted.withLock { $0 = true } }
    signal.signal()
    end.wait()
  }

  private func next(where isWanted: (Job) -> Bool) -> Job? {
    state.withLock { state in
      guard let place = state.waiting.firstIndex(where: isWanted) else { return nil }
      let job = state.waiting.remove(at: place)
      state.running.append(job)
      return job
    }
  }

  private func finished(_ job: Job) {
    state.withLock { state in state.running.removeAll { $0 === job } }
  }

  private func giveUp(_ job: Job) {
    job.isUnwanted.withLock { $0 = true }
    let isDropped = state.withLock { state in
      guard let place = state.waiting.firstIndex(where: { $0 === job }) else { return false }
      state.waiting.remove(at: place)
      return true
    }
    if isDropped { job.drop(InterruptionError()) }
  }
}
