import Foundation
import Gingham
import Testing

@testable import GinghamVerbs

/// Sets of so many pictures that a table takes the place of their files.
@Suite struct GradientSetTests {
  private final class Scratch {
    let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

    /// 67 pictures, of which one is broken.
    init() throws {
      try FileManager.default.createDirectory(at: url.appending(path: "set"), withIntermediateDirectories: true)
      for number in 0..<67 {
        let pixels = Tensor([3, 40, 40]) {
          NormalSequence(seed: UInt64(number), name: "picture").fill($0, mean: 0.5, deviation: 0.2)
        }
        try Picture(pixels).write(to: path("set/\(number).png"))
      }
      try Data("no picture".utf8).write(to: url.appending(path: "set/5.png"))
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
    func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }
  }

  private static let net = "random:strided_stack?depth=3&width=8&size=32&seed=4"

  private func run(_ scratch: Scratch, each: Bool = false) -> GradientRun {
    var settings = GradientSettings(images: [scratch.path("set")])
    (settings.target, settings.each) = ("layer:output", each)
    return GradientRun(ModelSource(Self.net), settings: settings)
  }

  private func perform(
    _ run: GradientRun, threads: Int, progress: RunProgress = .silent, to path: String
  ) throws -> GradientFindings {
    try run.perform(
      in: RunContext(team: ThreadTeam(threads: threads), progress: progress), command: [], writingTo: path
    ).result.findings
  }

  /// `check` lists no picture, and sees what all show together.
  @Test func checkedGradientsArePooled() throws {
    let scratch = try Scratch()
    let kept = try run(scratch).result(in: RunContext(team: .alone)).findings
    var settings = CheckSettings()
    (settings.pictures, settings.target) = ([scratch.path("set")], "layer:output")
    let found = try CheckRun(ModelSource(Self.net), settings: settings).result(in: RunContext(team: .alone)).findings
    let pooled = try #require(kept.pooled)
    #expect(found.measured == 66 && found.kind == .gradient && found.skipped.count == 1)
    let whole = try #require(found.limits.first { $0.figure.quantity == .gradient })
    #expect(whole.figure.value == pooled.cv2Corrected)
  }

  /// Rows and sums are those of the pictures one by one, whoever computes them.
  @Test func rowsAndSumsAreThoseOfThePictures() throws {
    let scratch = try Scratch()
    let run = run(scratch)
    let found = try perform(run, threads: 3, to: scratch.path("many"))
    // Where no folder is written everything is kept.
    let kept = try run.result(in: RunContext(team: .alone)).findings
    #expect(found.images.isEmpty && kept.images.count == 66)
    #expect(found.pooled == kept.pooled && found.pooled?.inputs == 66)
    #expect(found.skipped == kept.skipped && found.skipped?.count == 1)
    let rows = try String(decoding: scratch.contents("many/results.csv"), as: UTF8.self).split(separator: "\n")
    let header = rows[0].split(separator: ",").map(String.init)
    func column(_ name: String) throws -> [String] {
      let place = try #require(header.firstIndex(of: name))
      return rows.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)[place] }
    }
    #expect(try column("path") == kept.images.map(\.path))
    #expect(try column("value").compactMap(Float.init) == kept.images.map(\.value))
    let evenness = kept.images.map(\.lattice.cv2Corrected)
    #expect(try column("cv2_corrected").compactMap(Double.init) == evenness)
    let bands = kept.images.map { $0.lattice.bands[1].cv2Corrected }
    #expect(try column("cv2_corrected_4").compactMap(Double.init) == bands)
    let summary = try #require(found.summary)
    #expect(summary.count == 66 && summary.zeros == 0)
    #expect(summary.cv2Corrected.least == evenness.min() && summary.cv2Corrected.largest == evenness.max())
    let sorted = evenness.sorted()
    #expect(summary.cv2Corrected.median == sorted[32] + (sorted[33] - sorted[32]) * 0.5)
    #expect(summary.artifacts == kept.images.count { $0.lattice.verdict == .artifact })

    let database = try Database(reading: scratch.path("many/results.sqlite"))
    let stored = try database.rows("SELECT path, cv2_corrected_4, verdict, is_zero, folder FROM pictures ORDER BY path")
    #expect(
      stored
        == kept.images.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.map { image in
          [
            .text(image.path), .real(image.lattice.bands[1].cv2Corrected), .text(image.lattice.verdict.rawValue),
            .integer(0), .null,
          ]
        })
    #expect(try database.rows("SELECT count(*) FROM pictures WHERE typeof(value) = 'real'") == [[.integer(66)]])
    #expect(
      try database.rows("SELECT path, reason FROM skipped")
        == (kept.skipped ?? []).map { [.text($0.path), .text($0.reason)] })

    _ = try perform(run, threads: 1, to: scratch.path("alone"))
    for file in ["results.csv", "results.sqlite", "findings.json", "phases.png", "spectrum.png"] {
      #expect(try scratch.contents("many/\(file)") == scratch.contents("alone/\(file)"), "\(file)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("many/gradient.npy")))
  }

  /// Whatever keeps a run from its end, the next one computes what is left and writes the same bytes.
  @Test(arguments: [false, true]) func whatIsDoneIsNotDoneAgain(each: Bool) throws {
    let scratch = try Scratch()
    let run = run(scratch, each: each)
    _ = try perform(run, threads: 1, to: scratch.path("whole"))
    let steps = Steps()
    #expect(throws: InterruptionError.self) {
      try Interruption.allowing({ steps.done >= 20 }) {
        try perform(run, threads: 1, progress: RunProgress(steps.take), to: scratch.path("cut"))
      }
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path("cut")))
    let left = Steps()
    _ = try perform(run, threads: 1, progress: RunProgress(left.take), to: scratch.path("cut"))
    #expect(left.first == steps.done && steps.done >= 20 && left.done == 67)
    let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("whole")).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path("cut")).sorted() == files)
    #expect(files.contains("0/gradient.npy") == each)
    for file in files where file.contains(".") && file != "manifest.json" {
      #expect(try scratch.contents("whole/\(file)") == scratch.contents("cut/\(file)"), "\(file)")
    }
    // The manifest names each file, whichever run has written it.
    func listed(_ folder: String) throws -> [String] {
      let manifest = try JSONSerialization.jsonObject(with: scratch.contents("\(folder)/manifest.json"))
      return try #require((manifest as? [String: Any])?["files"] as? [String]).sorted()
    }
    #expect(try listed("whole") == listed("cut"))
  }

  private final class Steps: @unchecked Sendable {
    private(set) var first: Int?
    private(set) var done = 0

    @Sendable func take(_ step: RunProgress.Step) {
      guard step.what == "pictures" else { return }
      first = first ?? step.done
      done = step.done
    }
  }
}
