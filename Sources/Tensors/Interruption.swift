/// Lets whoever waits for long work say that it is not wanted any more. Engines and runs ask between the parts of their
/// work; what they have kept so far stays.
public enum Interruption {
  /// Nobody was asked, or wants the work: `nil`.
  @TaskLocal private static var isWanted: (@Sendable () -> Bool)?

  /// Does work that ends with ``InterruptionError`` soon after `isRequested` first says so.
  ///
  /// - Parameter isRequested: is called often, on the threads at work; it stays true once it was.
  public static func allowing<Result>(
    _ isRequested: @escaping @Sendable () -> Bool, _ body: () throws -> Result
  ) rethrows -> Result {
    try $isWanted.withValue({ !isRequested() }, operation: body)
  }

  /// What other threads that work for this one ask, which do not inherit it: ``allowing(_:_:)`` makes it theirs.
  public static var current: @Sendable () -> Bool {
    guard let isWanted else { return { false } }
    return { !isWanted() }
  }

  /// - Throws: ``InterruptionError`` where the work is not wanted any more.
  public static func check() throws {
    if let isWanted, !isWanted() { throw InterruptionError() }
  }
}

/// Work that was given up because nobody wants it any more.
public struct InterruptionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// With nothing more to say.
  public init() {}

  /// For whoever waits.
  public var description: String { "interrupted" }
}
