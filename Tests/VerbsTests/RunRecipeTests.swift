import Foundation
import Gingham
@testable import GinghamVerbs
import Testing

@Suite struct RunRecipeTests {
  @Test func listsSweepOverTheirCombinations() throws {
    let recipe = try RunRecipe(
      yaml: """
        defaults: {model: net.onnx, threads: 2}
        steps:
          - name: dream
            verb: visualize
            objective: ["a:1", "b:2"]
            preset: [naive, robust]
            quiet: true
          - verb: compare
            objective: [["a:1", "b:2"]]
            threads: 1
            json: false
        """, path: "r.yaml")
    #expect(recipe.steps.count == 5)
    #expect(
      recipe.steps[1].arguments
        == ["visualize", "net.onnx", "--threads", "2", "--objective", "a:1", "--preset", "robust", "--quiet"])
    #expect(recipe.steps[1].name == "01-dream-a-1-robust")
    #expect(recipe.steps[4].arguments == ["compare", "net.onnx", "--threads", "1", "--objective", "a:1", "b:2"])
    #expect(recipe.steps[4].line == 8)
  }

  @Test(arguments: [
    ("steps: []", 1, "no steps"), ("steps:\n  - objective: a", 2, "verb"), ("stops: 3", 1, "'steps'"),
    ("steps:\n  - verb: gradient\n    target: []", 3, "nothing"),
    ("steps:\n  - verb: gradient\n    output: x", 3, "output"), ("steps: [", 2, "expected"),
    ("steps:\n  - verb: run\n    arguments: r.yaml", 2, "another recipe"),
    (
      "steps:\n  - verb: gradient\n"
        + (0..<5).map { "    option\($0): [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]\n" }.joined(), 2, "combinations"
    ),
  ])
  func complaintsNameTheLine(text: String, line: Int, part: String) throws {
    let error = #expect(throws: DocumentError.self) { try RunRecipe(yaml: text, path: "r.yaml") }
    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test func stepsThatDifferInSignsOnlyHaveFoldersOfTheirOwn() throws {
    let recipe = try RunRecipe(
      yaml: "steps:\n  - verb: visualize\n    objective: [\"a:1\", \"a-1\", \"a/1\"]", path: "r.yaml")
    #expect(Set(recipe.steps.map(\.name)).count == 3)
  }

  @Test func aKilledRunGoesOnWhereItWas() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
      .path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = "steps:\n  - verb: a\n    x: [1, 2, 3]\n"
    let recipe = try RunRecipe(yaml: text, path: "r.yaml")
    var executed: [String] = []
    var skipped: [Bool] = []
    @discardableResult func run(
      _ recipe: RunRecipe, failingAt word: String? = nil, status: Int32 = 9
    ) throws -> [String] {
      executed = []
      skipped = []
      return try SeriesFolder(recipe, at: folder).performAll(
        of: recipe.path, arguments: \.arguments,
        execute: { arguments in
          executed.append(arguments[2])
          return arguments[2] == word ? status : 0
        }, progress: { _, _, isSkipped in skipped.append(isSkipped) }
      ).map(\.name)
    }
    let error = #expect(throws: DocumentError.self) { try run(recipe, failingAt: "2") }
    #expect(error?.description.contains("exit status 9") == true)
    #expect(executed == ["1", "2"])
    try run(recipe)
    #expect(executed == ["2", "3"])
    #expect(skipped == [true, false, false])
    try run(recipe)
    #expect(executed.isEmpty)
    // What left something out is told, does not stop the others, and is done again.
    let other = try RunRecipe(yaml: text + "    z: 5\n", path: "r.yaml")
    #expect(try run(other, failingAt: "2", status: 2) == ["01-a-2"])
    #expect(executed == ["1", "2", "3"])
    #expect(try run(other).isEmpty)
    #expect(executed == ["2"])
    // A changed setting is another step.
    try run(try RunRecipe(yaml: text + "    y: 5\n", path: "r.yaml"))
    #expect(executed.count == 3)
  }

  @Test func threadsOfTheSeriesAreForStepsThatNameNone() throws {
    let recipe = try RunRecipe(
      yaml: "steps:\n  - {verb: layers, model: a}\n  - {verb: layers, model: a, threads: 3}", path: "r.yaml")
    let arguments = recipe.steps.map { recipe.arguments(of: $0, threads: 2) }
    #expect(arguments == [["layers", "a", "--threads", "2"], ["layers", "a", "--threads", "3"]])
    #expect(recipe.arguments(of: recipe.steps[0], threads: nil) == ["layers", "a"])
  }

  @Test func valuesThatBeginWithADashAreNoOptions() throws {
    let recipe = try RunRecipe(yaml: "steps:\n  - {verb: generate, model: a, range: -1..1}", path: "r.yaml")
    #expect(recipe.steps[0].arguments == ["generate", "a", "--range=-1..1"])
  }
}
