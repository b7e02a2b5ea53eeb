import Foundation
import Gingham
import Testing

/// The built command line tool, run as a user would.
struct Tool {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    func json() throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
  }

  /// A folder of its own for each test, removed with it.
  final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    var contents: [String] {
      get throws { try FileManager.default.contentsOfDirectory(atPath: url.path(percentEncoded: false)).sorted() }
    }

    /// A picture of smooth colours with some texture.
    func picture(_ name: String = "picture.png", side: Int = 64) throws -> String {
      let pixels = Tensor(
        [3, side, side],
        (0..<(3 * side * side)).map { index in
          let (y, x) = (index / side % side, index % side)
          return Float((y * 5 + x * 3 + index / (side * side) * 40 + (x ^ y)) % 256) / 255
        })
      try Picture(pixels).write(to: path(name))
      return path(name)
    }
  }

  /// It stands beside the test runner.
  static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "gingham").path(percentEncoded: false)

  static func run(_ arguments: String..., in folder: URL? = nil) throws -> Outcome {
    try run(executable: path, arguments, in: folder)
  }

  /// - Parameter standardInput: a file; nothing without it.
  static func run(
    executable: String, _ arguments: [String], in folder: URL? = nil, standardInput: String? = nil
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = folder }
    let scratch = try Scratch()
    let (output, errors) = (scratch.path("out"), scratch.path("err"))
    for path in [output, errors] { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    process.standardInput = try standardInput.map { try FileHandle(forReadingFrom: URL(filePath: $0)) } ?? .nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
