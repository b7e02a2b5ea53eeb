import Foundation
import Testing

/// `gingham explore --serve` in a process of its own, which ends with this.
final class ServedTool {
  let scratch: Tool.Scratch
  let process = Process()
  /// Of the site, with its token and a slash at its end.
  let address: String
  private let output = Pipe()

  /// A small classifier: pictures of 64×64 pixels, four classes.
  static let net = "random:squeezenet1_1?size=64&classes=4"
  static let settings = ["--steps", "4", "--size", "64x64", "--quiet", "--threads", "1"]

  let site: String

  /// - Parameters:
  ///   - site: that is there already; `nil`: a new one.
  ///   - words: more of the command line.
  init(at site: String? = nil, _ words: String...) throws {
    scratch = try Tool.Scratch()
    self.site = site ?? scratch.path("site")
    process.executableURL = URL(filePath: Tool.path)
    process.arguments =
      ["explore", Self.net, "--output", self.site, "--serve"] + Self.settings + words
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    address = try Self.address(from: output)
  }

  static func address(from output: Pipe) throws -> String {
    var said = Data()
    while true {
      let piece = output.fileHandleForReading.availableData
      said += piece
      let text = String(decoding: said, as: UTF8.self)
      if let match = text.firstMatch(of: /Serving at (http:\S+\/) until Ctrl C\.\n/) { return String(match.1) }
      try #require(!piece.isEmpty, "the tool said: \(text)")
    }
  }

  deinit { end() }

  /// As Ctrl C does.
  @discardableResult func end() -> Int32 {
    if process.isRunning { process.interrupt() }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
  }

  /// Seconds that all of its threads have computed.
  var seconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12 else { return 0 }
    return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// What the system says of its memory, such as `VmRSS`, now, and `VmHWM`, at most so far.
  func kilobytes(_ key: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } } ?? 0
  }

  /// Whether it computes nothing for a second, within some seconds.
  func comesToRest() -> Bool {
    for _ in 0..<20 {
      let before = seconds
      usleep(1_000_000)
      if seconds - before < 0.1 { return true }
    }
    return false
  }
}
