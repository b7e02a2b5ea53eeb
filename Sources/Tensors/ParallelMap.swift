import Foundation

extension Array where Element: Sendable {
  /// What `body` makes of every element, in the elements' order, on up to `threads` threads.
  package func mapped<Result: Sendable>(onThreads threads: Int, _ body: @Sendable (Element) -> Result) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(count)
    forEach(onThreads: threads, ahead: count, body) { results.append($0) }
    return results
  }

  /// Hands over what `body` makes of every element, in the elements' order, on up to `threads` threads.
  ///
  /// - Parameters:
  ///   - ahead: how many elements may be begun before the first of them is handed over: so many results are held.
  ///   - use: called by one thread at a time, while the others go on.
  package func forEach<Result: Sendable>(
    onThreads threads: Int, ahead: Int, _ body: @Sendable (Element) -> Result, use: (Result) -> Void
  ) {
    guard threads > 1, count > 1 else { return forEach { use(body($0)) } }
    let line = Line<Result>(count: count, ahead: Swift.max(ahead, threads))
    withoutActuallyEscaping(use) { use in
      // The line lets one thread in at a time.
      nonisolated(unsafe) let use = use
      DispatchQueue.concurrentPerform(iterations: Swift.min(threads, count)) { _ in
        while let index = line.next() { line.pass(body(self[index]), index, to: use) }
      }
    }
  }
}

/// Results that several threads bring in any order, passed on in theirs.
private final class Line<Result>: @unchecked Sendable {
  private let condition = NSCondition()
  private let count: Int
  private let ahead: Int
  private var begun = 0
  private var passed = 0
  private var waiting: [Int: Result] = [:]
  private var isPassing = false

  init(count: Int, ahead: Int) {
    (self.count, self.ahead) = (count, ahead)
  }

  /// The next element to begin; `nil` after the last.
  func next() -> Int? {
    condition.withLock {
      while begun < count, begun >= passed + ahead { condition.wait() }
      guard begun < count else { return nil }
      begun += 1
      return begun - 1
    }
  }

  /// Passes on a result, and those behind it that have waited for it, unless another thread is at it.
  func pass(_ result: Result, _ index: Int, to use: (Result) -> Void) {
    condition.lock()
    defer { condition.unlock() }
    waiting[index] = result
    guard !isPassing else { return }
    isPassing = true
    while let first = waiting.removeValue(forKey: passed) {
      condition.unlock()
      use(first)
      condition.lock()
      passed += 1
      condition.broadcast()
    }
    isPassing = false
  }
}
