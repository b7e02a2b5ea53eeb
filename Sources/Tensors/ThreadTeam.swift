/// Threads that share loops. Whoever computes beside an engine uses the engine's own team: two pools would wait for
/// each other's cores.
public struct ThreadTeam: Sendable {
  private let divide: @Sendable (_ count: Int, _ body: (Range<Int>) -> Void) -> Void

  /// - Parameter divide: calls its body for ranges that cover 0..<count, each index once, and returns when all are done.
  public init(_ divide: @escaping @Sendable (_ count: Int, _ body: (Range<Int>) -> Void) -> Void) {
    self.divide = divide
  }

  /// The calling thread and no other.
  public static let alone = ThreadTeam { count, body in body(0..<count) }

  /// Runs `body` on parts of 0..<count, several at once. What an index computes must not depend on its neighbours in
  /// the range, so that results are the same for any number of threads.
  public func share(_ count: Int, _ body: (Range<Int>) -> Void) {
    guard count > 0 else { return }
    divide(count, body)
  }
}
