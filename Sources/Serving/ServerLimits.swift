/// What a client may ask of a server, and how long it may take over it.
public struct ServerLimits: Hashable, Sendable {
  /// Bytes of request line and headers together.
  public var head = 16 << 10
  /// Bytes of a request's body.
  public var body = 32 << 20
  /// Requests whose bodies are held at the same time; more wait their turn.
  public var bodies = 2
  /// Connections at the same time; more wait in the system's queue.
  public var connections = 128
  /// Seconds until the head must be there.
  public var headSeconds = 5.0
  /// Seconds until the body must be there.
  public var bodySeconds = 30.0
  /// Seconds within which a client must take 64 KiB of an answer.
  public var writeSeconds = 30.0

  /// The usual ones.
  public init() {}
}
