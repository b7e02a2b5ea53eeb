import Gingham
@testable import GinghamVerbs
import GinghamFeatureVisualization
import Testing

@Suite struct RecipeTests {
  @Test(arguments: Recipe.presetNames) func printedRecipesReadBackTheSame(preset: String) throws {
    let recipe = try Recipe.preset(preset)
    #expect(try Recipe(yaml: recipe.yaml, source: "printed") == recipe)
  }

  @Test func namesInRecipesMayHoldAnything() throws {
    for special in ["\"", "\\", "\n", "\u{1B}", ": ", "#", "'", "\u{202E}"] {
      for name in [special, special + "\u{301}", "a\u{301}" + special + "\u{301}b"] {
        let recipe = Recipe(preset: "maco", parameterization: .maco(spectrum: name), colour: .measured(folder: name))
        let read = try Recipe(yaml: recipe.yaml, source: "printed")
        #expect(read == recipe, "\(name.unicodeScalars.map(\.value))")
      }
    }
  }

  /// A few hundred bytes whose composition would have more nodes than there is time.
  @Test func treesOfAliasesAreRefusedBeforeTheyGrow() {
    let letters = (0..<20).map { "k\($0)" }
    func tree(_ line: (_ name: String, _ before: String) -> String) -> String {
      "k0: &k0 {x: y}\n" + zip(letters.dropFirst(), letters).map { line($0, $1) + "\n" }.joined()
    }
    let texts = [
      tree { "\($0): &\($0) {? *\($1) : *\($1)}" }, tree { "\($0): &\($0) [*\($1), *\($1), *\($1)]" },
      tree { "\($0): &\($0)\n  ? *\($1)\n  : *\($1)" }, tree { "? &\($0) [*\($1),*\($1)]\n: 1" },
      String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 5000),
      String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
      String(repeating: "x", count: 2 << 20),
    ]
    for text in texts {
      #expect(throws: RecipeError.self) { try RecipeNode(yaml: text, source: "bomb") }
      #expect(throws: RecipeError.self) { try Recipe(yaml: text, source: "bomb") }
      #expect(throws: RecipeError.self) { try RunRecipe(yaml: text, path: "bomb") }
      #expect(throws: (any Error).self) { try SweepGrid(yaml: text, path: "bomb") }
    }
  }

  @Test func aFewAliasesAndStarsInWordsAreFine() throws {
    let text = "steps: 7\n# *a *b *c *d *e *f *g *h\nrate: &r 0.5\n"
    #expect(YAMLGuard.objection(to: text) == nil)
    #expect(YAMLGuard.objection(to: "images: [a/*.png, 'b/*.jpg', \"c*\"]") == nil)
    #expect(YAMLGuard.objection(to: "a: &x 1\nb: *x\n---\n- - [1, [2, [3]]]") == nil)
  }

  @Test func everySettingSurvivesPrinting() throws {
    let recipe = Recipe(
      preset: "robust", size: PictureSize(height: 100, width: 120), inputSize: PictureSize(height: 96, width: 90),
      steps: 7, batch: 3, draws: 2, parameterization: .laplacian(levels: 3, deviation: 0.02),
      colour: .measured(folder: "my \"own\" pictures"), range: .sigmoid, optimizer: .nadam, rate: 0.125,
      transforms: [
        .pad(3), .jitter(2), .roll(4), .latticeJitter(8), .latticeJitter(nil), .scale([0.9, 1]), .rotate([-3, 3.5]),
        .randomCrop(RandomCrop(from: 0.7, to: 0.2, smallest: 0.8, largest: 0.9, spread: 0.1)), .blur(0.75), .flip,
        .noise(0.01),
      ],
      penalties: [
        WeightedPenalty(.l1, 1), WeightedPenalty(.l2, 0.5), WeightedPenalty(.totalVariation, 2),
        WeightedPenalty(.blur, 3), WeightedPenalty(.highFrequency, 4), WeightedPenalty(.lattice(period: 16), 5),
      ],
      relativePenalties: true,
      conditioning: [.blur(1.5), .laplacian, .inverseFrequency, .lowPass(20), .notch(4), .notch(nil)],
      smoothsStrides: true, octaves: Octaves(count: 2, ratio: 1.25), tile: 64, redirectedSteps: 3, snapshots: [0, 7])
    #expect(try Recipe(yaml: recipe.yaml, source: "printed") == recipe)
    let maco = Recipe(preset: "maco", parameterization: .maco(spectrum: "photos"), colour: .none)
    #expect(try Recipe(yaml: maco.yaml, source: "printed") == maco)
  }

  @Test func whatIsNotMentionedIsAsInThePreset() throws {
    let recipe = try Recipe(yaml: "preset: naive\nsteps: 9\n", source: "r.yaml")
    var expected = try Recipe.preset("naive")
    expected.steps = 9
    #expect(recipe == expected)
  }

  @Test(arguments: [
    ("steps: many", 1, "whole number"), ("preset: robust\n\nstep: 3", 3, "'steps'"),
    ("preset: robst", 1, "'robust'"), ("transforms:\n  - pad: 3\n  - jiter: 8", 3, "'jitter'"),
    ("transforms:\n  - pad", 2, "needs a value"), ("transforms: 3", 1, "list"),
    ("penalties:\n  l1: 1\n  tv: 3", 3, "total-variation"), ("rate: 1\nsteps: 3\nsteps: 4", 2, "twice"),
    ("size: large", 1, "HEIGHTxWIDTH"), ("colour: red", 1, "decorrelated"),
    ("parameterization: pixel\ndecay: 2", 2, "'pixel'"), ("gradient:\n  - noch: 3", 2, "'notch'"),
    ("optimizer: adma", 1, "'adam'"), ("a: [1,\nb: 2", 3, "expected"), ("", 1, "nothing"), ("- 1", 1, "a recipe"),
  ])
  func complaintsNameTheLine(text: String, line: Int, part: String) throws {
    let error = #expect(throws: RecipeError.self) { try Recipe(yaml: text, source: "r.yaml") }
    #expect(error?.source == "r.yaml")
    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test func optionsAreNamedWithoutLines() throws {
    var recipe = try Recipe.preset("robust")
    try recipe.set(option: "transforms", to: "[pad: 2, jitter: 1, flip]")
    #expect(recipe.transforms == [.pad(2), .jitter(1), .flip])
    let error = #expect(throws: RecipeError.self) { try recipe.set(option: "rate", to: "fast") }
    #expect(error?.description.hasPrefix("--rate: ") == true)
  }
}
