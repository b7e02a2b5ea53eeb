import Foundation
import Testing

/// Debian's Chromium: `install_packages.sh --test` installs it.
enum Browser {
  static let path = "/usr/bin/chromium"

  static let condition: ConditionTrait = .enabled(
    if: FileManager.default.isExecutableFile(atPath: path)
      || ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1", "chromium is not installed")

  /// Opens a page as a file in a frame of a window and lets a script work on it.
  ///
  /// - Parameters:
  ///   - script: the body of a function of `frame`, `page` (the frame's document) and `find` (its first element of a
  ///     selector); what it returns is the result.
  ///   - runsScripts: whether the page may run its own.
  static func result<Value: Decodable>(
    of script: String, on page: Data, runsScripts: Bool = true, as type: Value.Type = Value.self
  ) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try page.write(to: folder.appending(path: "page.html"))
    return try result(of: script, onPage: "page.html", in: folder, runsScripts: runsScripts, as: type).value
  }

  /// The same with a page of a folder, into which the driver goes, too. The script may wait.
  ///
  /// - Parameter settings: more words for the browser.
  /// - Returns: what the script returns, and what the console said: errors, and whatever the page's policy refused.
  static func result<Value: Decodable>(
    of script: String, onPage page: String, in folder: URL, runsScripts: Bool = true, width: Int = 1280,
    settings: [String] = [], as type: Value.Type = Value.self
  ) throws -> (value: Value, console: [String]) {
    let driver = """
      <!DOCTYPE html><meta charset="utf-8">
      <iframe id="frame" src="\(page)" width="\(width)" height="800" style="border:0"
      \(runsScripts ? "" : "sandbox=\"allow-same-origin\"")></iframe><pre id="result"></pre>
      <script>frame.onload=async()=>{
      const page=frame.contentDocument,find=selector=>page.querySelector(selector);
      let value;try{value=await(async()=>{\(script)})()}catch(error){value='failed: '+error}
      result.textContent=btoa(unescape(encodeURIComponent(JSON.stringify(value))))}</script>
      """
    try Data(driver.utf8).write(to: folder.appending(path: "driver.html"))
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments =
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--virtual-time-budget=10000",
        "--enable-logging=stderr", "--user-data-dir=\(folder.appending(path: "profile").path(percentEncoded: false))",
        "--dump-dom",
      ] + settings + [folder.appending(path: "driver.html").absoluteString]
    let output = Pipe()
    process.standardOutput = output
    let log = folder.appending(path: "log")
    try Data().write(to: log)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    let document = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let match = try #require(document.firstMatch(of: /<pre id="result">([^<]+)</), "the browser came to no result")
    let json = try #require(Data(base64Encoded: String(match.1)))
    let lines = String(decoding: try Data(contentsOf: log), as: UTF8.self).split(separator: "\n").map(String.init)
    return (try JSONDecoder().decode(type, from: json), lines.filter { $0.contains("CONSOLE") })
  }
}
