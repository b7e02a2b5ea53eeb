import Foundation

/// What a server answers.
public struct ServedResponse: Sendable {
  /// Where the bytes come from.
  public enum Body: Sendable {
    case data(Data)
    /// An open file, from its beginning.
    case file(FileHandle, size: Int)
    /// As it comes, until the stream ends or the client goes.
    case stream(AsyncStream<Data>)
  }

  /// Such as 200.
  public var status: Int
  /// Of the body.
  public var type: String
  /// What is sent.
  public var body: Body

  /// With the properties of the same names.
  public init(_ status: Int = 200, type: String, body: Body) {
    (self.status, self.type, self.body) = (status, type, body)
  }

  /// A line of text.
  public static func text(_ status: Int, _ text: String) -> Self {
    Self(status, type: "text/plain; charset=utf-8", body: .data(Data((text + "\n").utf8)))
  }

  /// What is answered wherever there is nothing, whatever the reason.
  public static let missing = text(404, "Not found.")

  /// Status line and headers. Nobody keeps copies, embeds the pages, guesses types or hears where a reader came from; what is
  /// loaded comes from here.
  var head: Data {
    var lines = [
      "HTTP/1.1 \(status) \(Self.phrases[status] ?? "Status")", "Content-Type: \(type)", "Connection: close",
      "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
      "Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Opener-Policy: same-origin",
      "Content-Security-Policy: \(Self.policy)",
    ]
    switch body {
    case .data(let data): lines.append("Content-Length: \(data.count)")
    case .file(_, let size): lines.append("Content-Length: \(size)")
    case .stream: break
    }
    return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// Pictures may stand in what a server said; nothing else comes from anywhere but here.
  public static let pagePolicy =
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'"

  /// The same, with what pages cannot say of themselves.
  static let policy = pagePolicy + "; frame-ancestors 'self'"

  private static let phrases = [
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    411: "Length Required", 413: "Content Too Large", 422: "Unprocessable Content",
    431: "Request Header Fields Too Large", 503: "Service Unavailable",
  ]
}
