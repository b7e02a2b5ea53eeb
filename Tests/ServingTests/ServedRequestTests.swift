import Foundation
import Testing

@testable import GinghamServing

/// What is read of a request, and what is refused.
@Suite struct ServedRequestTests {
  private func request(_ target: String, _ headers: String...) throws -> ServedRequest {
    try ServedRequest(head: Array((["GET \(target) HTTP/1.1"] + headers).joined(separator: "\r\n").utf8))
  }

  @Test func pathsAreDecodedOnce() throws {
    #expect(try request("/").path == [])
    #expect(try request("/a/b.webp").path == ["a", "b.webp"])
    #expect(try request("/a/").path == ["a"])
    #expect(try request("/a%20b/%C3%A4").path == ["a b", "ä"])
    // A name with a percent sign, and no parent.
    #expect(try request("/%252e%252e").path == ["%2e%2e"])
    #expect(try request("/...").path == ["..."])
  }

  @Test(arguments: [
    "/..", "/../x", "/a/../x", "/%2e%2e/x", "/a/%2E./x", "/.%2e/x", "/./x", "//x", "/a//b", "/a%2fb", "/a%2F..%2fb",
    "/a%5cb", "/a\\b", "/a%00b", "/a%0d%0ab", "/%zz", "/%", "/%ff", "x", "*", "http://127.0.0.1/x", "",
  ])
  func pathsThatLeadElsewhereAreRefused(_ target: String) {
    #expect(throws: ServedRequest.Refusal.self) { try request(target) }
  }

  @Test func queriesAreDecoded() throws {
    let query = try request("/x?objective=features.9%3A40+%2B+class:1&empty=&flag&objective2==1").query
    #expect(query == ["objective": "features.9:40 + class:1", "empty": "", "flag": "", "objective2": "=1"])
  }

  @Test func headersAreReadStrictly() throws {
    #expect(try request("/", "Host: a", "X-Y:  b ").headers == ["host": "a", "x-y": "b"])
    for wrong in ["Host", " Host: a", "Host : a", "\tfolded", ":", "Host: a\nEvil: b", "Host: \u{0}", "Host: ä"] {
      #expect(throws: ServedRequest.Refusal.self, "\(wrong)") { try request("/", wrong) }
    }
    #expect(throws: ServedRequest.Refusal.self) { try request("/", "Content-Length: 1", "content-length: 2") }
  }

  @Test func linesThatAreNoRequestAreRefused() {
    for line in [
      "", "GET", "GET /", "GET / HTTP/2", "GET  / HTTP/1.1", "GET / HTTP/1.1 x", "G/T / HTTP/1.1", "\u{16}\u{3}",
    ] {
      #expect(throws: ServedRequest.Refusal.self, "\(line)") { try ServedRequest(head: Array(line.utf8)) }
    }
  }

  @Test func lengthsAreNumbersWithinTheLimit() throws {
    #expect(try request("/").length(within: 10) == 0)
    #expect(try request("/", "Content-Length: 10").length(within: 10) == 10)
    for (text, status) in [
      ("11", 413), ("999999999999999999", 413), ("99999999999999999999", 400), ("-1", 400), ("+1", 400), ("1e1", 400),
      ("0x1", 400), ("", 400), ("1, 1", 400), ("١", 400),
    ] {
      let refusal = #expect(throws: ServedRequest.Refusal.self, "\(text)") {
        try request("/", "Content-Length: \(text)").length(within: 10)
      }
      #expect(refusal?.status == status, "\(text)")
    }
    #expect(throws: ServedRequest.Refusal(status: 411, reason: "a body needs a length")) {
      try request("/", "Transfer-Encoding: chunked").length(within: 10)
    }
  }
}
