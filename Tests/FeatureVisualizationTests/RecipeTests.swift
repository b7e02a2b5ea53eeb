import GinghamTensors
import GinghamDocuments
import Testing

@testable import GinghamFeatureVisualization

@Suite struct RecipeTests {
  @Test(arguments: Recipe.presetNames) func printedRecipesReadBackTheSame(preset: String) throws {
    let recipe = try Recipe.preset(preset)
    #expect(try Recipe(yaml: recipe.yaml, source: "printed") == recipe)
  }

  private static let everything = Recipe(
    preset: "robust", size: PictureSize(height: 100, width: 120), inputSize: PictureSize(height: 96, width: 90),
    steps: 7, batch: 3, draws: 2, parameterization: .laplacian(levels: 3, deviation: 0.02),
    colour: .measured(folder: "my \"own\" pictures"), range: .sigmoid, optimizer: .nadam, rate: 0.125,
    transforms: [
      .pad(3), .jitter(2), .roll(4), .latticeJitter(8), .latticeJitter(nil), .scale([0.9, 1]), .rotate([-3, 3.5]),
      .randomCrop(RandomCrop(from: 0.7, to: 0.2, smallest: 0.8, largest: 0.9, spread: 0.1)), .blur(0.75), .flip,
      .noise(0.01), .phaseShuffle(2),
    ],
    penalties: [
      WeightedPenalty(.l1, 1), WeightedPenalty(.l2, 0.5), WeightedPenalty(.totalVariation, 2),
      WeightedPenalty(.blur, 3), WeightedPenalty(.highFrequency, 4), WeightedPenalty(.lattice(period: 16), 5),
    ],
    relativePenalties: true,
    conditioning: [.blur(1.5), .laplacian, .inverseFrequency, .lowPass(20), .notch(4), .notch(nil)],
    smoothsStrides: true, octaves: Octaves(count: 2, ratio: 1.25), tile: 64, redirectedSteps: 3, snapshots: [0, 7])

  @Test func everySettingSurvivesPrinting() throws {
    let recipe = Self.everything
    #expect(try Recipe(yaml: recipe.yaml, source: "printed") == recipe)
    let maco = Recipe(preset: "maco", parameterization: .maco(spectrum: "photos"), colour: .none)
    #expect(try Recipe(yaml: maco.yaml, source: "printed") == maco)
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
    let error = #expect(throws: DocumentError.self) { try Recipe(yaml: text, source: "r.yaml") }
    #expect(error?.source == "r.yaml")
    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  @Test func singleSettingsAreNamedWithoutLines() throws {
    var recipe = try Recipe.preset("robust")
    try recipe.set("transforms", to: "[pad: 2, jitter: 1, flip]", source: "here")
    #expect(recipe.transforms == [.pad(2), .jitter(1), .flip])
    let error = #expect(throws: DocumentError.self) { try recipe.set("rate", to: "fast", source: "here") }
    #expect(error?.description.hasPrefix("here: rate must be a number") == true)
    #expect(throws: DocumentError.self) { try recipe.set("rat", to: "1", source: "here") }
  }

  /// Nobody wants to quote brackets.
  @Test(arguments: [
    ("[2,4]", [2, 4]), ("[2, 4]", [2, 4]), ("2,4", [2, 4]), ("2, 4", [2, 4]), ("3", [3]), ("[]", []),
  ])
  func listsOfNumbersMayGoWithoutBrackets(text: String, expected: [Int]) throws {
    var recipe = try Recipe.preset("robust")
    try recipe.set("snapshots", to: text, source: "here")
    #expect(recipe.snapshots == expected)
  }

  @Test func everyPartOfEveryKindHasANameOfItsOwnAndASummary() {
    for parts in [PictureTransform.list, PenaltyKind.list, GradientConditioning.list, ParameterizationKind.list] {
      #expect(Set(parts.map { $0.name }).count == parts.count)
      #expect(parts.allSatisfy { !$0.summary.isEmpty })
    }
    #expect(Set(Recipe.settings.map(\.name)).count == Recipe.settings.count)
    #expect(Set(Recipe.settings.map(\.option)).count == Recipe.settings.count)
    #expect(Recipe.settings.allSatisfy { !$0.help.isEmpty })
  }

  /// The recipe of ``everySettingSurvivesPrinting()`` must name them all.
  @Test func everyPartIsInTheRecipeThatIsPrinted() {
    let recipe = Self.everything
    #expect(Set(recipe.transforms.map(\.name)) == Set(PictureTransform.names))
    #expect(Set(recipe.penalties.map(\.kind.name)) == Set(PenaltyKind.names))
    #expect(Set(recipe.conditioning.map(\.name)) == Set(GradientConditioning.names))
  }

  @Test(arguments: [
    ("steps", "-1"), ("batch", "0"), ("draws", "5000"), ("rate", "0"), ("octaves", "0"), ("octave-ratio", "1"),
    ("tile", "8"), ("redirected-steps", "-1"), ("size", "20000"), ("input-size", "20000"), ("snapshots", "1000"),
    ("deviation", "-1"), ("decay", "5"), ("penalties", "{l1: -1}"), ("transforms", "[pad: -1]"),
    ("transforms", "[scale: []]"), ("transforms", "[crop: {from: 2}]"), ("transforms", "[lattice-jitter: 0]"),
  ])
  func valuesOutsideTheirRangeAreRefused(name: String, value: String) throws {
    var recipe = try Recipe.preset("robust")
    try recipe.set(name, to: value, source: "here")
    #expect(throws: VisualizationError.self) { try recipe.validate() }
  }

  @Test(arguments: [
    ("transforms", "[flip: 3]", "no value"), ("transforms", "[pad: 1, 2]", "no transform"),
    ("penalties", "{l1: {wight: 2}}", "'weight'"), ("penalties", "{lattice: {perod: 2}}", "'period'"),
    ("transforms", "[crop]", "needs a value"), ("transforms", "[crop: {form: 1}]", "'from'"),
    ("colour", "measured", "decorrelated"), ("octaves", "[1]", "one value"),
  ])
  func partsThatCannotBeReadAreExplained(name: String, value: String, part: String) throws {
    var recipe = try Recipe.preset("robust")
    let error = #expect(throws: DocumentError.self) { try recipe.set(name, to: value, source: "here") }
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }
}
