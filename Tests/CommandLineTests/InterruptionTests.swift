import Foundation
import Gingham
import Testing

/// Processes that are killed, and disks that are full.
@Suite struct InterruptionTests {
  private static let net = "random:squeezenet1_1?size=64&classes=4"

  @Test func aFullStandardOutputIsAnError() throws {
    for arguments in ["layers '\(Self.net)'", "layers '\(Self.net)' --json", "--help", "--version"] {
      let outcome = try Tool.run(executable: "/bin/sh", ["-c", "\(Tool.path) \(arguments) > /dev/full"])
      #expect(outcome.status == 1, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains("standard output"), "\(outcome.errors)")
    }
  }

  /// Waits until a condition holds.
  private func wait(_ what: String, for condition: () -> Bool) throws {
    for _ in 0..<600 {
      if condition() { return }
      usleep(100_000)
    }
    Issue.record("\(what) did not come")
    throw CancellationError()
  }

  private func children(of process: Int32) -> [Int32] {
    let text = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
    return (text ?? "").split(separator: " ").compactMap { Int32($0) }
  }

  /// However a series ends, its step ends with it and commits nothing.
  @Test func aSeriesTakesItsStepWithIt() throws {
    let scratch = try Tool.Scratch()
    let path = scratch.path("series.yaml")
    try Data(
      """
      steps:
        - {verb: visualize, model: "\(Self.net)", objective: "class:1", steps: 1000000, quiet: true}
      """.utf8
    ).write(to: URL(filePath: path))
    let process = Process()
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = ["run", path, "--output", scratch.path("out"), "--quiet"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    let workshop = scratch.path("out/.gingham-01-visualize/identity")
    try wait("the step") { FileManager.default.fileExists(atPath: workshop) }
    let steps = children(of: process.processIdentifier)
    #expect(steps.count == 1)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    // A process that nobody waits for any more may be there as a name only.
    try wait("the end of the step") {
      steps.allSatisfy { step in
        let state = try? String(contentsOfFile: "/proc/\(step)/stat", encoding: .utf8)
        return state == nil || state?.contains(") Z ") == true
      }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("out/01-visualize")))
  }

  /// Killed at any time, the same command goes on, and its results are those of a run that was left alone.
  @Test func aKilledRunGoesOnWithTheSameBytes() throws {
    let scratch = try Tool.Scratch()
    let pictures = try (0..<6).map { try scratch.picture("\($0).png", side: 70 + $0) }
    func arguments(_ folder: String) -> [String] {
      ["gradient", Self.net] + pictures + ["--output", scratch.path(folder), "--threads", "1", "--quiet"]
    }
    let whole = try Tool.run(executable: Tool.path, arguments("whole"))
    #expect(whole.status == 0, "\(whole.errors)")
    let process = Process()
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = arguments("parts")
    try process.run()
    let kept = scratch.path(".gingham-parts/keepsakes")
    try wait("a finished picture") { ((try? FileManager.default.contentsOfDirectory(atPath: kept)) ?? []).count > 1 }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(!FileManager.default.fileExists(atPath: scratch.path("parts")))
    #expect(try Tool.run(executable: Tool.path, arguments("parts")).status == 0)
    let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("whole")).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path("parts")).sorted() == files)
    for file in files where file != "manifest.json" && URL(filePath: file).pathExtension != "" {
      let bytes = try ["whole", "parts"].map { try Data(contentsOf: URL(filePath: scratch.path("\($0)/\(file)"))) }
      #expect(bytes[0] == bytes[1], "\(file)")
    }
    #expect(try !scratch.contents.contains { $0.hasPrefix(".gingham-") })
  }

  /// A rename does not leave a file system: what a run writes is made on the one where it shall stand.
  @Test(.enabled(if: device(of: "/dev/shm") != nil && device(of: "/dev/shm") != device(of: NSTemporaryDirectory())))
  func outputsMayStandOnAnotherFileSystem() throws {
    let scratch = try Tool.Scratch()
    let other = URL(filePath: "/dev/shm/gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: other.appending(path: "linked"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: other) }
    try FileManager.default.createSymbolicLink(
      at: scratch.url.appending(path: "link"), withDestinationURL: other.appending(path: "linked"))
    let picture = try scratch.picture()
    for output in [other.appending(path: "named").path, scratch.path("link")] {
      let outcome = try Tool.run("gradient", "random:squeezenet1_1?size=64", picture, "--output", output)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: other.path).sorted() == ["linked", "named"])
    for folder in ["linked", "named"] {
      let files = try FileManager.default.contentsOfDirectory(atPath: other.appending(path: folder).path)
      #expect(files.contains("manifest.json") && files.contains("gradient.npy"), "\(files)")
    }
  }

  @Test func aFolderWithSomebodysFilesIsRefused() throws {
    let scratch = try Tool.Scratch()
    let first = ["layers", Self.net, "--output", scratch.path("run"), "--quiet"]
    #expect(try Tool.run(executable: Tool.path, first).status == 0)
    #expect(try Tool.run(executable: Tool.path, first).status == 0)
    let other = ["predict", Self.net, "--output", scratch.path("run"), "--quiet"]
    #expect(try Tool.run(executable: Tool.path, other).status == 0)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("run/layers.json")))
    try Data("mine".utf8).write(to: URL(filePath: scratch.path("run/note.txt")))
    let refused = try Tool.run(executable: Tool.path, other)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try Tool.run(executable: Tool.path, other + ["--force"]).status == 0)
    #expect(try !scratch.contents.contains { $0.hasPrefix(".gingham-") })
  }
}

/// The file system of a path; `nil` where there is none.
private func device(of path: String) -> UInt? {
  (try? FileManager.default.attributesOfItem(atPath: path))?[.systemNumber] as? UInt
}
