import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Sets that are measured file by file, by runs that are cut short: what was measured is not measured again, and the bytes
/// are those of a run that nobody disturbed.
@Suite struct ResumedSetTests {
  /// - Parameters:
  ///   - what: is counted by the loop that is cut short.
  ///   - done: files of it before that.
  private func holds(
    _ run: some Run, cutting what: String, behind done: Int, in scratch: SetScratch, few: Int = 1000
  ) throws {
    func perform(_ watch: Watch, to folder: String) throws {
      var context = RunContext(team: ThreadTeam(threads: 2), progress: RunProgress(watch.take))
      context.fewFiles = few
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
    let scratch = try SetScratch()
    var settings = MeasureSettings(paths: [scratch.path("set")])
    settings.spectra = true
    if what != "measuring" { settings.periods = .search }
    try holds(MeasureRun(settings: settings), cutting: what, behind: done, in: scratch)
  }

  /// Of a large set what belongs to single pictures goes on from the disk.
  @Test(arguments: [3, 9]) func picturesOfALargeSetAreMeasuredOnce(done: Int) throws {
    let scratch = try SetScratch()
    let measure = MeasureSettings(paths: [scratch.path("set")])
    try holds(MeasureRun(settings: measure), cutting: "measuring", behind: done, in: scratch, few: 4)
    let again = try SetScratch()
    var diagnose = DiagnoseSettings(paths: [again.path("set")])
    diagnose.reference = again.path("other")
    try holds(DiagnoseRun(settings: diagnose), cutting: "diagnosing", behind: done, in: again, few: 4)
  }

  @Test func gradientsAreMeasuredOnce() throws {
    let scratch = try SetScratch()
    var settings = MeasureSettings(paths: [scratch.path("gradients")])
    settings.as = .gradient
    try holds(MeasureRun(settings: settings), cutting: "measuring", behind: 7, in: scratch)
  }

  @Test(arguments: ["measuring", "searching a period"]) func soundsAreMeasuredOnce(what: String) throws {
    let scratch = try SetScratch()
    var settings = MeasureSettings(paths: [scratch.path("sounds")])
    settings.as = .sound
    if what != "measuring" { settings.periods = .search }
    try holds(MeasureRun(settings: settings), cutting: what, behind: 7, in: scratch)
  }

  @Test(arguments: [("diagnosing", 3), ("diagnosing", 9), ("the reference", 6)])
  func picturesAreDiagnosedOnce(what: String, done: Int) throws {
    let scratch = try SetScratch()
    var settings = DiagnoseSettings(paths: [scratch.path("set")])
    settings.reference = scratch.path("other")
    try holds(DiagnoseRun(settings: settings), cutting: what, behind: done, in: scratch)
  }

  @Test func picturesAreTracedOnce() throws {
    let scratch = try SetScratch()
    var settings = TraceSettings(images: [scratch.path("other")])
    (settings.target, settings.without) = ("layer:output", [])
    let run = TraceRun(ModelSource("random:strided_stack?depth=3&width=8&size=32&seed=4"), settings: settings)
    try holds(run, cutting: "pictures", behind: 7, in: scratch)
  }

  @Test func picturesAreCheckedOnce() throws {
    let scratch = try SetScratch()
    let settings = CheckSettings(pictures: [scratch.path("set")])
    try holds(CheckRun(settings: settings), cutting: "checking", behind: 7, in: scratch)
  }
}
