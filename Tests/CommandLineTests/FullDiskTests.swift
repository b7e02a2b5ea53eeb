import Foundation
import Gingham
import Testing

/// Disks in memory, mounted where nobody else sees them.
private enum SmallDisk {
  static func run(_ script: String, in folder: URL? = nil) throws -> Tool.Outcome {
    try Tool.run(
      executable: "/usr/bin/unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script], in: folder)
  }

  static let isAllowed = (try? run("mount -t tmpfs -o size=64k tmpfs /mnt"))?.status == 0
}

/// A disk that is full in the middle of a set: said, with the file; nothing under a final name; with room the same command
/// goes on. The disk has a few hundred kilobytes.
@Suite(.enabled(if: SmallDisk.isAllowed, "needs unshare and mount")) struct FullDiskTests {
  private static let net = "random:strided_stack?depth=2&width=4&size=32&seed=4"
  private static let generator = "random:dcgan_generator?features=4&latent=8"

  @Test(arguments: [
    (["measure", "set"], 24), (["gradient", net, "set", "--target", "layer:output", "--each"], 300),
    (["generate", generator, "--samples", "40"], 900), (["exemplars", net, "set"], 40),
    (["probe", "random:squeezenet1_1?size=64&classes=10", "set", "--attack", "fgsm", "--epsilon", "1/255"], 120),
  ])
  func theSameCommandGoesOnWhereThereIsRoom(verb: [String], kilobytes: Int) throws {
    let scratch = try Tool.Scratch()
    try FileManager.default.createDirectory(at: scratch.url.appending(path: "set"), withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: scratch.url.appending(path: "disk"), withIntermediateDirectories: true)
    for number in 0..<70 { _ = try scratch.picture("set/\(number).png", side: 40 + number % 2) }
    let command = ShellWord.line([Tool.path] + verb + ["--threads", "1", "--quiet", "--output"])
    let script = """
      mount -t tmpfs -o size=\(kilobytes)k tmpfs disk
      \(command) disk/run >/dev/null 2>said; echo $? >status
      ls disk >left
      mount -o remount,size=200m disk
      \(command) disk/run >/dev/null 2>again; echo $? >>status
      \(command) whole >/dev/null; echo $? >>status
      ls -A disk >>left
      cp -r disk/run run
      """
    let outcome = try SmallDisk.run(script, in: scratch.url)
    func text(_ name: String) throws -> String { try String(contentsOfFile: scratch.path(name), encoding: .utf8) }
    let (said, again) = (try text("said"), try text("again"))
    #expect(try text("status") == "1\n0\n0\n", "\(outcome.errors) \(said) \(again)")
    #expect(said.split(separator: "\n").count == 1 && said.contains("cannot write '"), "\(said)")
    #expect(said.contains("space"), "\(said)")
    // Nothing has the folder's name before all of it is there, and nothing else is left afterwards.
    #expect(try text("left") == "run\n")
    let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("whole")).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path("run")).sorted() == files)
    for file in files where file.hasSuffix(".json") && !file.hasSuffix("manifest.json") || file.hasSuffix(".npy") {
      let (made, expected) = (scratch.path("run/" + file), scratch.path("whole/" + file))
      #expect(FileManager.default.contentsEqual(atPath: made, andPath: expected), "\(file)")
    }
  }
}
