import Foundation
import Testing

@testable import GinghamServing

/// The server under attack: over sockets, as strangers would.
@Suite(.timeLimit(.minutes(1))) struct SiteServerTests {
  /// A folder with a secret beside it and one in it.
  private final class Folder {
    let root = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    var site: String { root.appending(path: "site").path(percentEncoded: false) }

    init() throws {
      let manager = FileManager.default
      try manager.createDirectory(atPath: site + "/tiles", withIntermediateDirectories: true)
      try manager.createDirectory(at: root.appending(path: "elsewhere"), withIntermediateDirectories: true)
      for (name, text) in [
        ("site/index.html", "<p>site"), ("site/tiles/1.webp", "tile"), ("site/unlisted.txt", "SECRET"),
        ("secret.txt", "SECRET"), ("elsewhere/x.txt", "SECRET"),
      ] { try Data(text.utf8).write(to: root.appending(path: name)) }
      try manager.createSymbolicLink(atPath: site + "/link.txt", withDestinationPath: "../secret.txt")
      try manager.createSymbolicLink(atPath: site + "/door", withDestinationPath: "../elsewhere")
    }

    deinit { try? FileManager.default.removeItem(at: root) }
  }

  /// A server over the folder, for as long as `body` takes.
  private func serving(
    _ limits: ServerLimits = ServerLimits(),
    answer: (@Sendable (ServedRequest) async -> ServedResponse)? = nil,
    _ body: (SiteServer, _ get: @escaping @Sendable (String, [String]) async throws -> String) async throws -> Void
  ) async throws {
    let folder = try Folder()
    let files = ServedFolder(
      path: folder.site,
      files: ["index.html", "tiles/1.webp", "link.txt", "door/x.txt", "../secret.txt", "tiles", "gone"])
    let server = try SiteServer(limits: limits) { request in
      if let answer { return await answer(request) }
      if request.method == "POST" { return .text(200, "\(request.body.count) bytes") }
      return files.response(request.path.joined(separator: "/")) ?? .missing
    }
    let task = Task { await server.run() }
    try await body(server) { [port = server.port, token = server.gate.token] path, headers in
      let lines = ["GET /\(token)\(path) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers
      return try await RawClient.answer(port: port, lines.joined(separator: "\r\n") + "\r\n\r\n")
    }
    task.cancel()
    await task.value
    _ = folder
  }

  private func expect(
    _ found: Int, _ wanted: Int, _ what: String = "", at place: SourceLocation = #_sourceLocation
  ) { #expect(found == wanted, "\(what)", sourceLocation: place) }

  private func status(_ answer: String) -> Int { Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0 }

  @Test func listedFilesAreServedAndNothingElse() async throws {
    try await serving { _, get in
      let page = try await get("/index.html", [])
      #expect(page.hasPrefix("HTTP/1.1 200") && page.hasSuffix("\r\n\r\n<p>site"))
      #expect(page.contains("Content-Security-Policy: default-src 'none'"))
      #expect(page.contains("Referrer-Policy: no-referrer"))
      let tile = try await get("/tiles/1.webp", [])
      #expect(tile.hasSuffix("\r\n\r\ntile"))
      for path in [
        "/unlisted.txt", "/link.txt", "/door/x.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/tiles/../../secret.txt", "/tiles/%2e%2e/%2e%2e/secret.txt", "/%252e%252e/secret.txt", "//etc/passwd",
        "/%2fetc%2fpasswd", "/tiles", "/gone", "/tiles/1.webp%00.txt", "/manifest.json",
      ] {
        let answer = try await get(path, [])
        #expect([400, 404].contains(status(answer)), "\(path): \(answer)")
        #expect(!answer.contains("SECRET") && !answer.contains("root:"), "\(path)")
      }
    }
  }

  @Test func whoeverDoesNotKnowTheTokenHearsNothing() async throws {
    try await serving { server, get in
      let missing = try await get("/nothing", [])
      let token = server.gate.token
      #expect(token.count == 32 && token.allSatisfy(\.isHexDigit))
      let changed = String(token.dropLast()) + (token.last == "0" ? "1" : "0")
      for path in [
        "/", "/index.html", "/\(token.dropLast())/index.html", "/\(token)0/index.html", "/\(changed)/index.html",
        "/\(token.uppercased())x/index.html", "/x/\(token)/index.html", "/?\(token)",
      ] {
        let answer = try await RawClient.answer(
          port: server.port, "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        #expect(answer == missing, "\(path): \(answer)")
      }
      #expect(try SiteServer { _ in .missing }.gate.token != token)
    }
  }

  @Test func otherPagesMayNotAsk() async throws {
    try await serving { server, get in
      let (port, token) = (server.port, server.gate.token)
      func ask(_ method: String = "GET", host: String? = "127.0.0.1", _ headers: String...) async throws -> Int {
        let lines =
          ["\(method) /\(token)/index.html HTTP/1.1"] + (host.map { ["Host: \($0)"] } ?? []) + headers + ["", ""]
        return status(try await RawClient.answer(port: port, lines.joined(separator: "\r\n")))
      }
      for host in ["127.0.0.1", "127.0.0.1:\(port)", "localhost:\(port)", "localhost", "[::1]:\(port)"] {
        try await expect(ask(host: host), 200, "\(host)")
      }
      // Names that somebody lets point here.
      for host in [
        "evil.example", "evil.example:\(port)", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "",
        "127.0.0.1@evil.example", "[::1", "localhost:\(port):1",
      ] { try await expect(ask(host: host), 404, "\(host)") }
      try await expect(ask(host: nil), 404)
      try await expect(ask("GET", "Origin: http://evil.example"), 404)
      try await expect(ask("GET", "Origin: null"), 404)
      try await expect(ask("GET", "Sec-Fetch-Site: cross-site"), 404)
      try await expect(ask("GET", "Sec-Fetch-Site: same-site"), 404)
      try await expect(ask("GET", "Sec-Fetch-Site: none"), 200)
      try await expect(ask("POST"), 404)
      try await expect(ask("POST", "Origin: http://127.0.0.1"), 200)
      try await expect(ask("POST", "Origin: http://127.0.0.1:1"), 404)
    }
  }

  @Test func hugeRequestsAreRefusedUnread() async throws {
    try await serving { server, _ in
      let (port, token) = (server.port, server.gate.token)
      let long = try await RawClient.answer(
        port: port, "GET /\(token)/ HTTP/1.1\r\nX: " + String(repeating: "x", count: 1 << 20))
      #expect(status(long) == 431)
      let front = "Host: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Length: "
      let huge = try await RawClient.answer(port: port, "POST /\(token)/x HTTP/1.1\r\n\(front)\(1 << 40)\r\n\r\n")
      #expect(status(huge) == 413)
      let stranger = try await RawClient.answer(port: port, "POST /x/x HTTP/1.1\r\n\(front)1000\r\n\r\n")
      #expect(status(stranger) == 404)
      let chunked = try await RawClient.answer(
        port: port,
        "POST /\(token)/x HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      )
      #expect(status(chunked) == 411)
      // One that is as large as it may be arrives whole.
      let most = ServerLimits().body
      let whole = try await RawClient.off {
        let client = try RawClient(port: port)
        client.send("POST /\(token)/x HTTP/1.1\r\n\(front)\(most)\r\n\r\n")
        for _ in 0..<(most >> 20) { client.send(Data(count: 1 << 20)) }
        return client.rest()
      }
      #expect(whole.hasSuffix("\(most) bytes\n"))
    }
  }

  @Test func slowClientsAreSentAwayAndKeepNobodyWaiting() async throws {
    var limits = ServerLimits()
    (limits.headSeconds, limits.bodySeconds) = (0.5, 0.5)
    try await serving(limits) { server, get in
      let (port, token) = (server.port, server.gate.token)
      async let silent = RawClient.answer(port: port, "GET /")
      // A byte now and then is no request either.
      async let dripping = RawClient.off {
        let client = try RawClient(port: port)
        let begin = ContinuousClock.now
        for _ in 0..<100 {
          guard client.send("x") else { break }
          usleep(100_000)
        }
        return ContinuousClock.now - begin
      }
      async let half = RawClient.answer(
        port: port,
        "POST /\(token)/x HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
      try await expect(status(get("/index.html", [])), 200)
      try await expect(status(silent), 408)
      let duration = try await dripping
      #expect(duration < .seconds(5))
      try await expect(status(half), 408)
    }
  }

  @Test func aHundredAtOnceAreAnswered() async throws {
    var limits = ServerLimits()
    limits.connections = 8
    let most = Locked((now: 0, ever: 0))
    let answer: @Sendable (ServedRequest) async -> ServedResponse = { _ in
      most.change { $0 = ($0.now + 1, max($0.ever, $0.now + 1)) }
      try? await Task.sleep(for: .milliseconds(20))
      most.change { $0.now -= 1 }
      return .text(200, "done")
    }
    try await serving(limits, answer: answer) { _, get in
      let answers = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<100 { group.addTask { self.status(try await get("/\(number)", [])) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers == [Int](repeating: 200, count: 100))
    }
    #expect(most.value.ever <= 8)
  }

  @Test func workEndsWhenTheClientGoes() async throws {
    let (begun, ended) = (Locked(0), Locked(0))
    let answer: @Sendable (ServedRequest) async -> ServedResponse = { request in
      guard request.path == ["long"] else {
        // A stream whose source never ends.
        let (stream, sink) = AsyncStream.makeStream(of: Data.self)
        sink.onTermination = { _ in ended.change { $0 += 1 } }
        sink.yield(Data("first".utf8))
        return ServedResponse(type: "text/event-stream", body: .stream(stream))
      }
      begun.change { $0 += 1 }
      try? await Task.sleep(for: .seconds(50))
      if Task.isCancelled { ended.change { $0 += 1 } }
      return .missing
    }
    try await serving(answer: answer) { server, _ in
      for (number, path) in ["long", "stream"].enumerated() {
        let client = try RawClient(port: server.port)
        client.send("GET /\(server.gate.token)/\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try await Task.sleep(for: .milliseconds(300))
        #expect(ended.value == number)
        client.hangUp()
        for _ in 0..<100 where ended.value == number { try await Task.sleep(for: .milliseconds(50)) }
        #expect(ended.value == number + 1, "\(path)")
      }
    }
    #expect(begun.value == 1)
  }

  @Test func aCancelledServerLeavesItsPort() async throws {
    let server = try SiteServer { _ in .text(200, "x") }
    let task = Task { await server.run() }
    let request = "GET /\(server.gate.token)/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    try await expect(status(RawClient.answer(port: server.port, request)), 200)
    // One that says nothing does not hold it back.
    let silent = try RawClient(port: server.port)
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    await task.value
    #expect(throws: POSIXError.self) { try RawClient(port: server.port) }
    _ = silent
    _ = try SiteServer(port: server.port) { _ in .missing }
  }

  @Test func placesToListenAreChecked() throws {
    for host in ["", "example.org", "256.0.0.1", "127.0.0.1:80"] {
      #expect(throws: SiteServer.Failure.noAddress(host)) { try SiteServer(host: host) { _ in .missing } }
    }
    #expect(throws: SiteServer.Failure.self) { try SiteServer(port: 70000) { _ in .missing } }
    let first = try SiteServer { _ in .missing }
    #expect(first.address.hasPrefix("http://127.0.0.1:\(first.port)/"))
    #expect(throws: SiteServer.Failure.self) { try SiteServer(port: first.port) { _ in .missing } }
  }
}
