import Foundation
import Gingham
import Testing

/// Trained classifiers on twenty photographs of known class, from file to label: format, architecture, preprocessing
/// and arithmetic together. The counts are what the same weights reach in PyTorch with the same preprocessing.
@Suite struct PretrainedClassifierTests {
  /// Where `fetch_models.sh test` puts files: `models/` of the package, or `GINGHAM_MODELS`.
  private static let folder: URL =
    if let path = ProcessInfo.processInfo.environment["GINGHAM_MODELS"] {
      URL(fileURLWithPath: path)
    } else {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "models")
    }

  /// Fetched files are there, or a run insists on them.
  private static let isExpected =
    ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1"
    || ["efficientnet_lite0.pth", "squeezenet1_1.safetensors", "pictures/foolbox"].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }

  @Test(
    .enabled(if: isExpected),
    arguments: [("squeezenet1_1.safetensors", 14, 19), ("efficientnet_lite0.pth", 18, 19)])
  func photographsAreRecognizedAsOftenAsInPyTorch(file: String, best: Int, amongFive: Int) throws {
    let model = try ModelSource(Self.folder.appending(path: file).path).load()
    let plan = try EngineChoice(.reference).differentiator(for: model.network, team: ThreadTeam(threads: 2)).plan(
      PlanRequest(inputShapes: [model.inputShape(batch: 1)], targets: model.network.outputs, gradients: []))

    let pictures = Self.folder.appending(path: "pictures/foolbox")
    let names = try FileManager.default.contentsOfDirectory(atPath: pictures.path).filter { $0.hasSuffix(".jpg") }
    #expect(names.count == 20)
    var (first, five) = (0, 0)
    for name in names {
      let label = try #require(Int(name.dropLast(4).split(separator: "_").last ?? ""))
      let input = try model.input(pictureAt: pictures.appending(path: name).path)
      let scores = try #require(plan.forward([input]).first).scalars
      let ranking = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(5)
      if ranking.first == label { first += 1 }
      if ranking.contains(label) { five += 1 }
    }
    #expect(first == best)
    #expect(five == amongFive)
  }
}
