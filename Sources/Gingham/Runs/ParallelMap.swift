import Foundation

extension Array where Element: Sendable {
  /// What `body` makes of every element, in the elements' order, on up to `threads` threads.
  func mapped<Result: Sendable>(onThreads threads: Int, _ body: @Sendable (Element) -> Result) -> [Result] {
    guard threads > 1, count > 1 else { return map(body) }
    let places = Places<Result>(count: count)
    DispatchQueue.concurrentPerform(iterations: Swift.min(threads, count)) { _ in
      while let index = places.next() { places.fill(index, with: body(self[index])) }
    }
    return places.results
  }
}

/// Places that several threads fill, each once.
private final class Places<Result: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var taken = 0
  private var filled: [Result?]

  init(count: Int) { filled = [Result?](repeating: nil, count: count) }

  func next() -> Int? {
    lock.withLock {
      guard taken < filled.count else { return nil }
      taken += 1
      return taken - 1
    }
  }

  func fill(_ index: Int, with result: Result) {
    lock.withLock { filled[index] = result }
  }

  var results: [Result] { filled.compactMap { $0 } }
}
