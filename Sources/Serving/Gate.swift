import Foundation

/// Who is let in: whoever knows the token, from a page of this server's own.
public struct Gate: Sendable {
  /// The first part of every path. A part of the address and no cookie: cookies are shared by all servers of a machine.
  public let token: String
  /// Whether the server listens on this machine alone.
  let isLocal: Bool

  /// - Parameter isLocal: whether the server listens on this machine alone.
  public init(isLocal: Bool) {
    var generator = SystemRandomNumberGenerator()
    token = (0..<2).map { _ in
      let word = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - word.count) + word
    }.joined()
    self.isLocal = isLocal
  }

  /// - Returns: the request without the token; `nil` for whoever stays outside.
  func admitted(_ request: ServedRequest) -> ServedRequest? {
    guard let host = request.headers["host"], isOurs(host), let word = request.path.first, matches(word) else {
      return nil
    }
    // Browsers say which page asks. A link that somebody typed or clicked comes from none.
    if let site = request.headers["sec-fetch-site"], !["same-origin", "none"].contains(site) { return nil }
    if let origin = request.headers["origin"], origin != "http://" + host { return nil }
    if request.method == "POST", request.headers["origin"] == nil { return nil }
    var inner = request
    inner.path.removeFirst()
    return inner
  }

  /// Against pages that let their own name point here: such a name is none of ours. The port may be a tunnel's.
  private func isOurs(_ host: String) -> Bool {
    var name = host[...]
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber) {
      name = name[..<colon]
    }
    if name == "localhost" || name == "127.0.0.1" || name == "[::1]" { return true }
    guard !isLocal else { return false }
    var (four, six) = (in_addr(), in6_addr())
    return inet_pton(AF_INET, String(name), &four) == 1
      || name.hasPrefix("[") && name.hasSuffix("]")
        && inet_pton(AF_INET6, String(name.dropFirst().dropLast()), &six) == 1
  }

  /// Takes as long for a wrong token as for the right one.
  private func matches(_ word: String) -> Bool {
    let (given, wanted) = (Array(word.utf8), Array(token.utf8))
    guard given.count == wanted.count else { return false }
    return zip(given, wanted).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
