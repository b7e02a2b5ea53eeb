import Foundation
import GinghamTensors

/// Other processes: this tool itself, and a scheduler's.
public enum ChildProcess {
  /// Where this tool's file stands.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where the tool does not find itself.
  public static func tool() throws -> String {
    guard let path = Bundle.main.executablePath else {
      throw FormatError.unreadable(path: "gingham", reason: "the tool does not find itself")
    }
    return path
  }

  /// Runs this tool, which ends when this process does.
  ///
  /// - Parameter log: a file that takes what it says in place of this process' own output.
  /// - Returns: its exit status; the number of a signal, negative, where one ended it.
  public static func run(_ arguments: [String], log: String?) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: try tool())
    process.arguments = arguments
    if let log {
      guard FileManager.default.createFile(atPath: log, contents: nil) else {
        throw FormatError.unwritable(path: log, reason: "it cannot be made")
      }
      let file = try FileHandle(forWritingTo: URL(filePath: log))
      (process.standardOutput, process.standardError) = (file, file)
    }
    let lifeline = try Lifeline(for: process)
    try process.run()
    process.waitUntilExit()
    withExtendedLifetime(lifeline) {}
    return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
  }

  /// Where a program stands; `nil` where it is on no path.
  public static func path(of name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program whose words are few.
  public static func output(of path: String, _ arguments: [String]) throws -> (
    status: Int32, output: String, errors: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complained, as: UTF8.self)
    )
  }
}
