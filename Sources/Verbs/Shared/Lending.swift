import Foundation

/// Things that threads use, each by one at a time: as many are made as are ever wanted at once.
final class Lending<Thing>: @unchecked Sendable {
  private let lock = NSLock()
  private let make: () throws -> Thing
  private var free: [Thing] = []

  /// - Parameter make: is called by one thread at a time.
  init(_ make: @escaping () throws -> Thing) {
    self.make = make
  }

  /// - Throws: what making a thing and `body` do.
  func with<Result>(_ body: (Thing) throws -> Result) throws -> Result {
    let thing = try lock.withLock { try free.popLast() ?? make() }
    defer { lock.withLock { free.append(thing) } }
    return try body(thing)
  }
}
