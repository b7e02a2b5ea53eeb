import FlyingSocks
import Foundation

/// A small server of HTTP/1.1 for one reader and a few tabs.
///
/// Sockets are FlyingSocks'. Its sister FlyingFox would read heads of any length for as long as a client likes, and the whole of
/// a body that nobody asked for, so that requests are read here, within ``ServerLimits``: one a connection.
public final class SiteServer: Sendable {
  /// Why no server came about.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names are for people; servers listen at numbers.
    case noAddress(String)
    /// The system says no.
    case refused(host: String, port: Int, reason: String)

    /// In words.
    public var description: String {
      switch self {
      case .noAddress(let host): "'\(host)' is no address of numbers, such as 127.0.0.1"
      case .refused(let host, let port, let reason): "nothing can listen at \(host), port \(port): \(reason)"
      }
    }
  }

  /// Who is let in.
  public let gate: Gate
  /// Where it listens.
  public let host: String
  /// Where it listens.
  public let port: Int
  private let socket: Socket
  private let limits: ServerLimits
  private let answer: @Sendable (ServedRequest) async -> ServedResponse
  private let bodies: Turnstile

  /// What a browser opens.
  public var address: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "http://\(Self.everywhere.contains(host) ? "127.0.0.1" : name):\(port)/\(gate.token)/"
  }

  private static let everywhere = ["0.0.0.0", "::"]

  /// Listens at once; answers when it runs.
  ///
  /// - Parameters:
  ///   - host: an address of numbers; `localhost` is 127.0.0.1.
  ///   - port: 0 takes a free one.
  ///   - answer: is handed requests of those who are let in, without the token. Its task is cancelled when the client goes.
  /// - Throws: ``Failure``.
  public init(
    host: String = "127.0.0.1", port: Int = 0, limits: ServerLimits = ServerLimits(),
    answer: @escaping @Sendable (ServedRequest) async -> ServedResponse
  ) throws {
    let host = host == "localhost" ? "127.0.0.1" : host
    guard let number = UInt16(exactly: port) else {
      throw Failure.refused(host: host, port: port, reason: "ports are numbers from 0 to 65535")
    }
    let four: (any SocketAddress)? = try? sockaddr_in.inet(ip4: host, port: number)
    let six: (any SocketAddress)? = try? sockaddr_in6.inet6(ip6: host, port: number)
    guard let address = four ?? six else { throw Failure.noAddress(host) }
    do {
      socket = try Self.listening(at: address)
      self.port =
        switch try socket.sockname() {
        case .ip4(_, let port), .ip6(_, let port): Int(port)
        case .unix: port
        }
    } catch {
      throw Failure.refused(host: host, port: port, reason: error.localizedDescription)
    }
    self.host = host
    self.limits = limits
    self.answer = answer
    gate = Gate(isLocal: host == "::1" || host.hasPrefix("127."))
    bodies = Turnstile(limits.bodies)
  }

  private static func listening(at address: some SocketAddress) throws -> Socket {
    let socket = try Socket(domain: Int32(address.family))
    do {
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: address)
      try socket.listen()
    } catch {
      try? socket.close()
      throw error
    }
    return socket
  }

  /// Answers until the calling task is cancelled.
  public func run() async {
    defer { try? socket.close() }
    let pool = SocketPool.make()
    let connections = Turnstile(limits.connections)
    guard (try? await pool.prepare()) != nil, let listener = try? AsyncSocket(socket: socket, pool: pool) else {
      return
    }
    await withDiscardingTaskGroup { group in
      group.addTask { try? await pool.run() }
      while !Task.isCancelled {
        await connections.enter()
        do {
          let connection = try await listener.accept()
          group.addTask { [self] in
            await serve(connection)
            try? connection.close()
            await connections.leave()
          }
        } catch {
          await connections.leave()
          // No descriptor is free, or the client has gone: neither ends a server.
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
      group.cancelAll()
    }
  }

  private func serve(_ connection: AsyncSocket) async {
    do {
      let (head, rest) = try await within(limits.headSeconds) { [limits] in try await Self.head(of: connection, limits)
      }
      let request = try ServedRequest(head: head)
      // Bodies of those who stay outside are not read.
      guard let admitted = gate.admitted(request) else { return await refuse(connection, .missing) }
      let length = try admitted.length(within: limits.body)
      guard length > 0 else { return await respond(connection, to: admitted) }
      await bodies.enter()
      var whole = admitted
      let body = try? await within(limits.bodySeconds) {
        if admitted.headers["expect"] != nil { try await connection.write(Data("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        return try await Self.body(of: connection, length, behind: rest)
      }
      if let body {
        whole.body = body
        await respond(connection, to: whole)
      }
      await bodies.leave()
      if body == nil { await refuse(connection, .text(408, "The body did not come in time.")) }
    } catch let refusal as ServedRequest.Refusal {
      await refuse(connection, .text(refusal.status, refusal.reason))
    } catch is Late {
      await refuse(connection, .text(408, "The request did not come in time."))
    } catch {}
  }

  private static func head(of connection: AsyncSocket, _ limits: ServerLimits) async throws -> (
    head: [UInt8], rest: [UInt8]
  ) {
    var bytes: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    while true {
      let known = max(bytes.count - 3, 0)
      bytes += try await connection.read(atMost: 4096)
      if let place = bytes[known...].firstRange(of: end) {
        guard place.lowerBound <= limits.head else { break }
        return (Array(bytes[..<place.lowerBound]), Array(bytes[place.upperBound...]))
      }
      guard bytes.count <= limits.head else { break }
    }
    throw ServedRequest.Refusal(status: 431, reason: "the head is too long")
  }

  private static func body(of connection: AsyncSocket, _ length: Int, behind rest: [UInt8]) async throws -> Data {
    guard rest.count <= length else { throw ServedRequest.Refusal(status: 400, reason: "more than one request") }
    var body = Data(rest)
    while body.count < length { body += try await connection.read(atMost: length - body.count) }
    return body
  }

  /// Answers a request, unless the client goes before that: then the answer's task is cancelled.
  private func respond(_ connection: AsyncSocket, to request: ServedRequest) async {
    await withTaskGroup(of: Void.self) { [self] group in
      group.addTask { [self] in
        let response = await answer(request)
        guard !Task.isCancelled else { return }
        try? await send(response, over: connection, isHead: request.method == "HEAD")
      }
      group.addTask {
        // A client has nothing more to say. Its end comes as an error.
        var said = 0
        while said < 1 << 16, let more = try? await connection.read(atMost: 4096) { said += more.count }
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func send(_ response: ServedResponse, over connection: AsyncSocket, isHead: Bool = false) async throws {
    func write(_ data: Data) async throws {
      var rest = data
      while !rest.isEmpty {
        let piece = Data(rest.prefix(1 << 16))
        try await within(limits.writeSeconds) { try await connection.write(piece) }
        rest = rest.dropFirst(piece.count)
      }
    }
    try await write(response.head)
    guard !isHead else { return }
    switch response.body {
    case .data(let data): try await write(data)
    case .file(let file, _):
      while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty { try await write(piece) }
    case .stream(let stream):
      for await piece in stream { try await write(piece) }
    }
  }

  /// Says no, and waits a little until the client has heard it: closing at once takes the answer back where something
  /// unread is on its way.
  private func refuse(_ connection: AsyncSocket, _ response: ServedResponse) async {
    try? await send(response, over: connection)
    _ = Glibc.shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
    _ = try? await within(0.5) {
      var left = 1 << 20
      while left > 0 { left -= try await connection.read(atMost: 4096).count }
    }
  }
}

/// Something took longer than it may.
struct Late: Error {}

/// - Throws: ``Late`` where `body` is not done in time; it is cancelled then.
private func within<Value: Sendable>(
  _ seconds: Double, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value.self) { group in
    group.addTask(operation: body)
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      throw Late()
    }
    defer { group.cancelAll() }
    guard let first = try await group.next() else { throw Late() }
    return first
  }
}
