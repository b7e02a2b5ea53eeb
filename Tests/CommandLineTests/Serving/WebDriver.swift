import Foundation
import FoundationNetworking
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
  private var base: URL
  private let scratch: Tool.Scratch

  enum Key: String {
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case space = " "
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
    var port: Substring?
    while port == nil {
      let piece = output.fileHandleForReading.availableData
      try #require(!piece.isEmpty, "chromedriver does not start")
      said += piece
      port = String(decoding: said, as: UTF8.self).firstMatch(of: /successfully on port (\d+)/)?.1
    }
    base = try #require(URL(string: "http://127.0.0.1:\(port ?? "0")/session"))
    let session = try send(
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
    let facts = try #require(session as? [String: Any])
    base.append(path: try #require(facts["sessionId"] as? String))
    try tell(
      "Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
    if isDark {
      try tell("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
    }
  }

  deinit {
    _ = try? send("DELETE", "", nil)
    process.terminate()
    process.waitUntilExit()
  }

  @discardableResult private func send(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any? {
    var request = URLRequest(url: path.isEmpty ? base : base.appending(path: path))
    request.httpMethod = method
    request.timeoutInterval = 60
    if let body { request.httpBody = try JSONSerialization.data(withJSONObject: body) }
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var result: (Data?, (any Error)?) = (nil, nil)
    URLSession.shared.dataTask(with: request) { data, _, error in
      result = (data, error)
      done.signal()
    }.resume()
    done.wait()
    if let error = result.1 { throw error }
    let answer = try JSONSerialization.jsonObject(with: result.0 ?? Data()) as? [String: Any]
    if let value = answer?["value"] as? [String: Any], let error = value["error"] {
      throw Failure(text: "\(error): \(value["message"] ?? "")")
    }
    return answer?["value"]
  }

  /// Chromium's own commands.
  private func tell(_ command: String, _ parameters: [String: Any]) throws {
    try send("POST", "goog/cdp/execute", ["cmd": command, "params": parameters])
  }

  func open(_ address: String) throws { try send("POST", "url", ["url": address]) }

  /// What the body of a function returns, on the page.
  func value<Value>(_ script: String, _ arguments: [Any] = [], as type: Value.Type = Value.self) throws -> Value {
    let found = try send("POST", "execute/sync", ["script": script, "args": arguments])
    guard let value = found as? Value else { throw Failure(text: "\(script): \(found ?? "nothing")") }
    return value
  }

  func run(_ script: String, _ arguments: [Any] = []) throws {
    try send("POST", "execute/sync", ["script": script, "args": arguments])
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
    try send("POST", "actions", ["actions": [keyboard]])
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
    let other = try #require(try send("POST", "window/new", ["type": "tab"]) as? [String: Any])
    try send("DELETE", "window", nil)
    try send("POST", "window", ["handle": try #require(other["handle"])])
  }

  /// What the console has said since it was last asked: errors, and whatever the policy refused.
  func complaints() throws -> [String] {
    let lines = try send("POST", "se/log", ["type": "browser"]) as? [[String: Any]] ?? []
    return lines.compactMap { $0["message"] as? String }
  }
}
