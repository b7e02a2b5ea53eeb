import Foundation
import GinghamTensors
import Testing

@testable import GinghamServing

/// One thread for many who wait.
@Suite(.timeLimit(.minutes(1))) struct WorkbenchTests {
  /// Work that goes on until nobody wants it.
  private static func endless(_ begun: @Sendable () -> Void = {}) throws {
    begun()
    while true {
      try Interruption.check()
      usleep(1000)
    }
  }

  private func wait(_ what: String, for condition: () -> Bool) async throws {
    for _ in 0..<1000 {
      if condition() { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("\(what) did not come")
  }

  @Test func workIsDoneOneAfterTheOther() async throws {
    let bench = Workbench()
    let most = Locked((now: 0, ever: 0))
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await bench.perform {
            most.change { $0 = ($0.now + 1, max($0.ever, $0.now + 1)) }
            usleep(200)
            most.change { $0.now -= 1 }
            return number
          }
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 1225)
    #expect(most.value.ever == 1)
    bench.close()
  }

  @Test func aFullQueueRefuses() async throws {
    let bench = Workbench(waiting: 2)
    let begun = Locked(false)
    let running = Task { try await bench.perform { try Self.endless { begun.value = true } } }
    try await wait("the work") { begun.value }
    let waiting = (0..<2).map { _ in Task { try await bench.perform { 1 } } }
    try await wait("the queue") { bench.load == 3 }
    await #expect(throws: Workbench.Refusal.busy) { try await bench.perform { 1 } }
    running.cancel()
    for task in waiting {
      let value = try await task.value
      #expect(value == 1)
    }
    await #expect(throws: InterruptionError.self) { try await running.value }
    bench.close()
  }

  @Test func workThatNobodyWaitsForIsNotBegun() async throws {
    let bench = Workbench()
    let (begun, wasDone) = (Locked(false), Locked(false))
    let running = Task { try await bench.perform { try Self.endless { begun.value = true } } }
    try await wait("the work") { begun.value }
    let waiting = Task { try await bench.perform { wasDone.value = true } }
    try await wait("the queue") { bench.load == 2 }
    waiting.cancel()
    // It is let go while other work runs on.
    await #expect(throws: InterruptionError.self) { try await waiting.value }
    #expect(bench.load == 1)
    running.cancel()
    _ = try? await running.value
    let next = try await bench.perform { 7 }
    #expect(next == 7)
    #expect(!wasDone.value)
    bench.close()
  }

  @Test func longWorkLetsShortWorkThroughAndNoOtherLongWork() async throws {
    let bench = Workbench()
    let (begun, isOtherBegun) = (Locked(false), Locked(false))
    let long = Task {
      try await bench.perform(isLong: true) {
        begun.value = true
        while true {
          bench.letOthersThrough()
          try Interruption.check()
          usleep(1000)
        }
      }
    }
    try await wait("the work") { begun.value }
    let other = Task { try await bench.perform(isLong: true) { isOtherBegun.value = true } }
    try await wait("the queue") { bench.load == 2 }
    for number in 0..<20 {
      let found = try await bench.perform { number }
      #expect(found == number)
    }
    // What short work is told does not reach the long one's waiter.
    struct Wrong: Error {}
    await #expect(throws: Wrong.self) { try await bench.perform { throw Wrong() } }
    #expect(!isOtherBegun.value)
    long.cancel()
    try await other.value
    #expect(isOtherBegun.value)
    bench.close()
  }

  @Test func closingGivesAllUp() async throws {
    let bench = Workbench()
    let begun = Locked(false)
    let running = Task { try await bench.perform { try Self.endless { begun.value = true } } }
    try await wait("the work") { begun.value }
    let waiting = Task { try await bench.perform { 1 } }
    try await wait("the queue") { bench.load == 2 }
    try await RawClient.off { bench.close() }
    await #expect(throws: InterruptionError.self) { try await running.value }
    await #expect(throws: Workbench.Refusal.closed) { try await waiting.value }
    await #expect(throws: Workbench.Refusal.closed) { try await bench.perform { 1 } }
  }
}
