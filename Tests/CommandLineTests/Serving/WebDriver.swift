import Foundation
import Testing

/// Debian's Chromium, driven from outside through chromedriver: keys are pressed, windows sized and tabs closed as by a reader.
/// `install_packages.sh --test` installs both.
final class WebDriver {
  static let condition: ConditionTrait = .enabled(
    if: FileManager.default.isExecutableFile(atPath: path)
      || ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1", "chromium-driver is not installed")

  private static let path = "/usr/bin/chromedriver"

  struct Failure: Error { var text: String }

  private let process = Process()
  private let port: UInt16
  /// With a slash in front; empty before there is one.
  private var session = ""
  private let scratch: Tool.Scratch

  enum Key: String {
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case space = " "
    case right = "\u{E014}"
  }

  /// Opens a window.
  init(width: Int = 1200, height: Int = 900, isDark: Bool = false) throws {
    scratch = try Tool.Scratch()
    process.executableURL = URL(filePath: Self.path)
    process.arguments = ["--port=0"]
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    var said = Data()
    var found: Substring?
    while found == nil {
      let piece = output.fileHandleForReading.availableData
      try #require(!piece.isEmpty, "chromedriver does not start")
      said += piece
      found = String(decoding: said, as: UTF8.self).firstMatch(of: /successfully on port (\d+)/)?.1
    }
    port = UInt16(found ?? "") ?? 0
    let made = try send(
      "POST", "",
      [
        "capabilities": [
          "alwaysMatch": [
            "goog:chromeOptions": [
              "binary": "/usr/bin/chromium",
              "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(scratch.path("profile"))",
                "--disable-background-networking",
              ],
            ], "goog:loggingPrefs": ["browser": "ALL"],
          ]
        ]
      ])
    let facts = try #require(made as? [String: Any])
    session = "/" + (try #require(facts["sessionId"] as? String))
    try tell(
      "Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    if isDark {
      try tell("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
    }
  }

  deinit {
    _ = try? send("DELETE", "", nil)
    // Started from a thread of Dispatch's it hears no other signal.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @discardableResult private func send(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any? {
    let data = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
    let answer = try JSONSerialization.jsonObject(with: exchange(method, session + path, data)) as? [String: Any]
    if let value = answer?["value"] as? [String: Any], let error = value["error"] {
      throw Failure(text: "\(error): \(value["message"] ?? "")")
    }
    return answer?["value"]
  }

  /// A request of HTTP over a socket: Foundation's own client stumbles over the driver's headers.
  private func exchange(_ method: String, _ path: String, _ body: Data) throws -> Data {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(text: "chromedriver is gone") }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let head = [
      "\(method) /session\(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Type: application/json",
      "Content-Length: \(body.count)", "Connection: close", "", "",
    ]
    let request = Array(Data(head.joined(separator: "\r\n").utf8) + body)
    guard Glibc.send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
      throw Failure(text: "chromedriver is deaf")
    }
    var answer = Data()
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let end = answer.firstRange(of: Data("\r\n\r\n".utf8)) {
        let length = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
          .firstMatch(of: /(?i)content-length: *(\d+)/).flatMap { Int($0.1) }
        if let length, answer.count >= end.upperBound + length { return answer[end.upperBound...].prefix(length) }
      }
      let count = recv(socket, &piece, piece.count, 0)
      guard count > 0 else { throw Failure(text: "chromedriver does not answer \(method) \(path)") }
      answer += piece[..<count]
    }
  }

  /// Chromium's own commands.
  private func tell(_ command: String, _ parameters: [String: Any]) throws {
    try send("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
  }

  func open(_ address: String) throws { try send("POST", "/url", ["url": address]) }

  /// What the body of a function returns, on the page.
  func value<Value>(_ script: String, _ arguments: [Any] = [], as type: Value.Type = Value.self) throws -> Value {
    let found = try send("POST", "/execute/sync", ["script": script, "args": arguments])
    guard let value = found as? Value else { throw Failure(text: "\(script): \(found ?? "nothing")") }
    return value
  }

  func run(_ script: String, _ arguments: [Any] = []) throws {
    try send("POST", "/execute/sync", ["script": script, "args": arguments])
  }

  /// Waits until an expression on the page is true.
  func wait(_ expression: String, seconds: Double = 20) throws {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      if (try? value("return !!(\(expression))", as: Bool.self)) == true { return }
      usleep(50_000)
    }
    throw Failure(text: "never: \(expression)")
  }

  /// Presses keys in whatever has the focus.
  func press(_ keys: String) throws {
    let strokes = keys.map { key -> [[String: Any]] in
      [["type": "keyDown", "value": String(key)], ["type": "keyUp", "value": String(key)]]
    }
    let keyboard: [String: Any] = ["type": "key", "id": "keys", "actions": strokes.flatMap { $0 }]
    try send("POST", "/actions", ["actions": [keyboard]])
  }

  func press(_ key: Key) throws { try press(key.rawValue) }

  /// Presses the tab key until an element has the focus.
  func tab(to selector: String) throws {
    for _ in 0..<60 {
      if try value("return document.activeElement.matches(arguments[0])", [selector]) { return }
      try press(.tab)
    }
    throw Failure(text: "the tab key does not come to \(selector)")
  }

  /// Closes the tab; the browser goes on with another one.
  func closeTab() throws {
    let other = try #require(try send("POST", "/window/new", ["type": "tab"]) as? [String: Any])
    try send("DELETE", "/window", nil)
    try send("POST", "/window", ["handle": try #require(other["handle"])])
  }

  /// What the console has said since it was last asked: errors, and whatever the policy refused.
  func complaints() throws -> [String] {
    let lines = try send("POST", "/se/log", ["type": "browser"]) as? [[String: Any]] ?? []
    return lines.compactMap { $0["message"] as? String }
  }
}
