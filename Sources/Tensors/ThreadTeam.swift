import Dispatch
import Foundation

/// How many threads loops may use. One team is handed in from the top, so that one option binds every loop.
public struct ThreadTeam: Hashable, Sendable {
  public let threads: Int

  /// - Parameter threads: at least one is used.
  public init(threads: Int) {
    self.threads = max(1, threads)
  }

  public static let single = ThreadTeam(threads: 1)
  public static var allCores: ThreadTeam { ThreadTeam(threads: ProcessInfo.processInfo.activeProcessorCount) }

  /// Calls `body` with 0 ..< `count`, each once, in any order.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard threads > 1, count > 1 else { return (0..<max(count, 0)).forEach(body) }
    let members = min(threads, count)
    // Contiguous shares, the same every time.
    DispatchQueue.concurrentPerform(iterations: members) { member in
      for index in (count * member / members)..<(count * (member + 1) / members) { body(index) }
    }
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
