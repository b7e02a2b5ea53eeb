import Foundation
import Testing

import Gingham
@testable import GinghamVerbs

@Suite struct GridHistoryTests {
  private static let series: [(GridHistory, [Bool], [Double?])] = [
    (.clean, [false, false, false], [2, 3, nil]),
    (.initial, [true, true, true], [20, 19, 18]),
    (.initial, [true, false, true], [15, 5, 17.9]),
    (.grows, [true, true, true], [12, 14, 15]),
    (.late, [false, false, true], [3, 4, 12]),
    (.heals, [true, true, false], [20, 14, 5]),
    // Between start and end counts too.
    (.heals, [false, true, false], [3, 14, 5]),
    (.clean, [], []),
    (.initial, [true], [15]),
    (.clean, [false], [5]),
  ]

  @Test(arguments: series.indices)
  func theRulesTellTheHistories(index: Int) {
    let (expected, shown, peaks) = Self.series[index]
    #expect(GridHistory(shown: shown, peaks: peaks) == expected, "\(shown) \(peaks)")
  }

  /// With thirty checkpoints three make a start and three an end: one that strays does not decide.
  @Test func aTenthOfTheSeriesIsItsStartAndEnd() {
    var shown = [Bool](repeating: true, count: 30)
    var peaks = [Double?](repeating: 12, count: 30)
    shown[29] = false
    #expect(GridHistory(shown: shown, peaks: peaks) == .initial)
    shown[28] = false
    #expect(GridHistory(shown: shown, peaks: peaks) == .heals)
    shown = [Bool](repeating: true, count: 30)
    for index in 27..<30 { peaks[index] = 15.1 }
    #expect(GridHistory(shown: shown, peaks: peaks) == .grows)
    for index in 27..<30 { peaks[index] = 14.9 }
    #expect(GridHistory(shown: shown, peaks: peaks) == .initial)
    shown[0] = false
    shown[2] = false
    #expect(GridHistory(shown: shown, peaks: peaks) == .late)
  }

  @Test func checkpointsAreNumberedByTheirNames() {
    let numbered = CheckpointSeries.numbered(["run/net_2.pth", "run/net_100.pth", "run/net_10.pth"])
    #expect(numbered.map(\.step) == [2, 10, 100])
    #expect(numbered.map(\.path) == ["run/net_2.pth", "run/net_10.pth", "run/net_100.pth"])
    // The last number counts, and only those in the file's own name.
    #expect(CheckpointSeries.step("run7/g64_epoch_003.safetensors") == 3)
    #expect(CheckpointSeries.step("run7/final.pth") == nil)
    #expect(CheckpointSeries.numbered(["a1.pth", "final.pth"]).map(\.step) == [0, 1])
    #expect(CheckpointSeries.numbered(["a1.pth", "b1.pth"]).map(\.step) == [0, 1])
  }

  @Test func aFolderGivesItsCheckpointsInNaturalOrder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["g10.pth", "g9.pth", "notes.txt", ".hidden.pth", "g100.onnx"] {
      try Data().write(to: folder.appending(path: name))
    }
    let series = try CheckpointSeries([folder.path])
    #expect(series.checkpoints.map { URL(filePath: $0.path).lastPathComponent } == ["g9.pth", "g10.pth", "g100.onnx"])
    #expect(series.checkpoints.map(\.step) == [9, 10, 100])
    #expect(throws: TrackError.nothingThere("missing")) { try CheckpointSeries(["missing"]) }
    let empty = folder.appending(path: "empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    #expect(throws: TrackError.noCheckpoints(in: [empty.path])) { try CheckpointSeries([empty.path]) }
  }

  @Test func theFirstParameterThatDiffersIsNamed() throws {
    func inventory(_ text: String) throws -> ParameterInventory {
      ParameterInventory(try ModelSource(text).load().network)
    }
    let first = try inventory("random:dcgan_generator?features=2&latent=4")
    #expect(try first.firstDifference(to: inventory("random:dcgan_generator?features=2&latent=4&seed=5")) == nil)
    #expect(
      try first.firstDifference(to: inventory("random:dcgan_generator?features=2&latent=4&kernel=3"))
        == "its 'main.3.weight' is 16×8×3×3, that of the first 16×8×4×4")
    #expect(try first.firstDifference(to: inventory("random:resize_generator?features=2&latent=4")) != nil)
  }
}
