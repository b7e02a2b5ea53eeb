import Foundation

/// Results that several threads bring in any order, passed on in theirs.
final class ResultLine<Result>: @unchecked Sendable {
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
