import Dispatch
import Foundation

/// Threads that share loops. One team is handed in from the top, so that one option binds every loop; whoever computes
/// beside an engine uses the engine's own team, as two pools would wait for each other's cores.
public struct ThreadTeam: Sendable {
  /// That work together, the caller's included.
  public let threads: Int
  private let divide: @Sendable (_ count: Int, _ body: (Range<Int>) -> Void) -> Void

  /// - Parameters:
  ///   - threads: how many there are; at least one is used.
  ///   - divide: calls its body for ranges that cover 0..<count, each index once, and returns when all are done.
  public init(threads: Int, _ divide: @escaping @Sendable (_ count: Int, _ body: (Range<Int>) -> Void) -> Void) {
    self.threads = max(1, threads)
    self.divide = divide
  }

  /// A team of the system's threads.
  public init(threads: Int) {
    let threads = max(1, threads)
    self.init(threads: threads) { count, body in
      let members = min(threads, count)
      guard members > 1 else { return body(0..<count) }
      withoutActuallyEscaping(body) { body in
        // Each member has a range of its own.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: members) { member in
          body((count * member / members)..<(count * (member + 1) / members))
        }
      }
    }
  }

  /// The calling thread and no other.
  public static let alone = ThreadTeam(threads: 1) { count, body in body(0..<count) }

  /// A thread for each core that the process may use.
  public static var allCores: ThreadTeam { ThreadTeam(threads: ProcessInfo.processInfo.activeProcessorCount) }

  /// Runs `body` on parts of 0..<count, several at once. What an index computes must not depend on its neighbours in
  /// the range, so that results are the same for any number of threads.
  public func share(_ count: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    divide(count, body)
  }

  /// What `body` makes of every element, in the elements' order.
  public func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ body: @Sendable (Element) -> Result
  ) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(elements.count)
    forEach(elements, ahead: elements.count, body) { results.append($0) }
    return results
  }

  /// Hands over what `body` makes of every element, in the elements' order.
  ///
  /// - Parameters:
  ///   - ahead: how many elements may be begun before the first of them is handed over: so many results are held.
  ///   - use: called by one thread at a time, while the others go on.
  public func forEach<Element: Sendable, Result: Sendable>(
    _ elements: [Element], ahead: Int, _ body: @Sendable (Element) -> Result, use: (Result) -> Void
  ) {
    guard threads > 1, elements.count > 1 else { return elements.forEach { use(body($0)) } }
    let line = ResultLine<Result>(count: elements.count, ahead: max(ahead, threads))
    withoutActuallyEscaping(use) { use in
      // The line lets one thread in at a time.
      nonisolated(unsafe) let use = use
      DispatchQueue.concurrentPerform(iterations: min(threads, elements.count)) { _ in
        while let index = line.next() { line.pass(body(elements[index]), index, to: use) }
      }
    }
  }
}
