import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Sets that are measured file by file, by runs that are cut short: what was measured is not measured again, and the bytes
/// are those of a run that nobody disturbed.
@Suite struct ResumedSetTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

    /// Twelve pictures of two sizes, of which one is broken, one grey, one a flat ramp and one of repeated pixels, whose
    /// steps are infinitely many times those elsewhere; their gradients, and sounds.
    init() throws {
      for folder in ["set", "other", "gradients", "sounds"] {
        try FileManager.default.createDirectory(at: url.appending(path: folder), withIntermediateDirectories: true)
      }
      for number in 0..<12 {
        let side = number % 5 == 3 ? 72 : 64
        let noise = Tensor([3, side, side]) {
          NormalSequence(seed: UInt64(number), name: "picture").fill($0, mean: 0.5, deviation: 0.2)
        }
        let pixels =
          switch number {
          case 2: noise.slice(axis: 0, 0..<1)
          case 6: Tensor([3, side, side], repeating: 0.25)
          case 8: noise.slice(axis: 1, 0..<8).slice(axis: 2, 0..<8).repeated(8)
          default: noise
          }
        try Picture(pixels.map { min(max($0, 0), 1) }).write(to: path("set/\(number).png"))
        try Picture(noise.map { min(max(0.8 * $0, 0), 1) }).write(to: path("other/\(number).png"))
        try noise.map { $0 - 0.5 }.write(npy: path("gradients/\(number).npy"))
        try noise.slice(axis: 0, 0..<1).reshaped(to: [1, side * side]).map { $0 - 0.5 }
          .write(npy: path("sounds/\(number).npy"))
      }
      for broken in ["set/5.png", "other/5.png", "gradients/5.npy", "sounds/5.npy"] {
        try Data("nothing".utf8).write(to: url.appending(path: broken))
      }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
    func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }
    func files(_ folder: String) throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: path(folder)).filter { $0.contains(".") }.sorted()
    }
  }

  /// - Parameters:
  ///   - what: is counted by the loop that is cut short.
  ///   - done: files of it before that.
  private func holds(_ run: some Run, cutting what: String, behind done: Int, in scratch: Scratch) throws {
    func perform(_ watch: Watch, to folder: String) throws {
      let context = RunContext(team: ThreadTeam(threads: 2), progress: RunProgress(watch.take))
      _ = try run.perform(in: context, command: [], writingTo: scratch.path(folder))
    }
    try perform(Watch(of: what), to: "whole")
    let cut = Watch(of: what)
    #expect(throws: InterruptionError.self) {
      try Interruption.allowing({ cut.last >= done }) { try perform(cut, to: "cut") }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("cut")))
    let rest = Watch(of: what)
    try perform(rest, to: "cut")
    #expect(cut.last >= done && rest.first == cut.last && rest.last == 12)
    #expect(try scratch.files("cut") == scratch.files("whole"))
    for file in try scratch.files("whole") where file != "manifest.json" {
      #expect(try scratch.contents("whole/\(file)") == scratch.contents("cut/\(file)"), "\(file)")
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path("")).filter { $0.hasPrefix(".") }
    #expect(left.isEmpty)
  }

  private final class Watch: @unchecked Sendable {
    private let what: String
    private(set) var first: Int?
    private(set) var last = 0

    init(of what: String) { self.what = what }

    @Sendable func take(_ step: RunProgress.Step) {
      guard step.what == what else { return }
      first = first ?? step.done
      last = step.done
    }
  }

  @Test(arguments: [("measuring", 3), ("measuring", 9), ("searching a period", 7)])
  func picturesAreMeasuredOnce(what: String, done: Int) throws {
    let scratch = try Scratch()
    var settings = MeasureSettings(paths: [scratch.path("set")])
    settings.spectra = true
    if what != "measuring" { settings.periods = .search }
    try holds(MeasureRun(settings: settings), cutting: what, behind: done, in: scratch)
  }

  @Test func gradientsAreMeasuredOnce() throws {
    let scratch = try Scratch()
    var settings = MeasureSettings(paths: [scratch.path("gradients")])
    settings.as = .gradient
    try holds(MeasureRun(settings: settings), cutting: "measuring", behind: 7, in: scratch)
  }

  @Test(arguments: ["measuring", "searching a period"]) func soundsAreMeasuredOnce(what: String) throws {
    let scratch = try Scratch()
    var settings = MeasureSettings(paths: [scratch.path("sounds")])
    settings.as = .sound
    if what != "measuring" { settings.periods = .search }
    try holds(MeasureRun(settings: settings), cutting: what, behind: 7, in: scratch)
  }

  @Test(arguments: [("diagnosing", 3), ("diagnosing", 9), ("the reference", 6)])
  func picturesAreDiagnosedOnce(what: String, done: Int) throws {
    let scratch = try Scratch()
    var settings = DiagnoseSettings(paths: [scratch.path("set")])
    settings.reference = scratch.path("other")
    try holds(DiagnoseRun(settings: settings), cutting: what, behind: done, in: scratch)
  }

  @Test func picturesAreCheckedOnce() throws {
    let scratch = try Scratch()
    let settings = CheckSettings(pictures: [scratch.path("set")])
    try holds(CheckRun(settings: settings), cutting: "checking", behind: 7, in: scratch)
  }
}

extension Tensor {
  /// C×H×W enlarged by a whole factor.
  fileprivate func repeated(_ factor: Int) -> Tensor {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    return Tensor([channels, height * factor, width * factor]) { target in
      for index in target.indices {
        let (x, rest) = (index % (width * factor), index / (width * factor))
        let (y, channel) = (rest % (height * factor), rest / (height * factor))
        target[index] = scalars[(channel * height + y / factor) * width + x / factor]
      }
    }
  }
}
