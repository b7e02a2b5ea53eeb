import Foundation

/// A request of HTTP/1.1, read strictly: what is not plainly right is refused.
///
/// RFC 9112, of which a page on the same machine needs little: a body has a length, and a connection carries one request.
public struct ServedRequest: Sendable {
  /// Such as `GET`.
  public var method: String
  /// Parts of the path between slashes, decoded once. None is empty, `.` or `..`, or holds a slash, a backslash or a control
  /// character; a slash at the end leaves no part.
  public var path: [String]
  /// What stands behind the question mark, decoded; of equal names the last.
  public var query: [String: String]
  /// By names in lower case. A name that came twice is refused.
  public var headers: [String: String]
  /// Empty where none was sent.
  public var body = Data()

  /// Why a request is not answered.
  struct Refusal: Error, Hashable {
    var status: Int
    var reason: String
  }

  /// - Parameter head: up to the empty line, without it.
  /// - Throws: ``Refusal``.
  init(head: [UInt8]) throws {
    let text = String(decoding: head, as: UTF8.self)
    guard text.unicodeScalars.allSatisfy({ $0.isASCII && $0.value != 0 }) else {
      throw Refusal(status: 400, reason: "the head is not plain text")
    }
    var lines = text.components(separatedBy: "\r\n")[...]
    let words = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard words.count == 3, ["HTTP/1.1", "HTTP/1.0"].contains(words[2]), words[0].allSatisfy(\.isLetter),
      words[1].hasPrefix("/")
    else { throw Refusal(status: 400, reason: "no request line") }
    method = words[0]
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = try Self.path(target[0])
    query = target.count > 1 ? Self.query(target[1]) : [:]
    headers = [:]
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let first = parts[0].first, first != " ", first != "\t", parts[0].last != " ",
        !line.contains("\n"), !line.contains("\r")
      else { throw Refusal(status: 400, reason: "a header is broken") }
      let name = parts[0].lowercased()
      guard headers.updateValue(parts[1].trimmingCharacters(in: .whitespaces), forKey: name) == nil else {
        throw Refusal(status: 400, reason: "a header comes twice")
      }
    }
  }

  /// Bytes of the body that follows.
  ///
  /// - Throws: ``Refusal`` where it is longer than `limit`, or has no length.
  func length(within limit: Int) throws -> Int {
    guard headers["transfer-encoding"] == nil else { throw Refusal(status: 411, reason: "a body needs a length") }
    guard let text = headers["content-length"] else { return 0 }
    guard (1...18).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }), let length = Int(text) else {
      throw Refusal(status: 400, reason: "no length")
    }
    guard length <= limit else { throw Refusal(status: 413, reason: "at most \(limit >> 20) MiB are taken") }
    return length
  }

  private static func path(_ text: Substring) throws -> [String] {
    var parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    if parts.last == "" { parts.removeLast() }
    return try parts.map { part in
      guard let plain = part.removingPercentEncoding, !plain.isEmpty, plain != ".", plain != "..",
        !plain.contains(where: { $0 == "/" || $0 == "\\" }),
        plain.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
      else { throw Refusal(status: 400, reason: "no path") }
      return plain
    }
  }

  private static func query(_ text: Substring) -> [String: String] {
    text.split(separator: "&").reduce(into: [:]) { found, pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.replacing("+", with: " ").removingPercentEncoding ?? "" }
      found[parts[0]] = parts.count > 1 ? parts[1] : ""
    }
  }
}
