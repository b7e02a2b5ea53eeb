import GinghamTensors
import GinghamDocuments

extension Recipe {
  /// Every setting but the preset, in the order in which recipes are printed.
  public static let settings: [RecipeSetting<Recipe>] =
    [
      RecipeSetting(
        "size", \.size, unset: "network", valueName: "HxW", help: "Size of the picture.",
        takes: "sides from 1 to 16384", where: sidesFit),
      RecipeSetting(
        "input-size", \.inputSize, unset: "picture", option: "view-size", valueName: "HxW",
        help: "Size at which the network is shown it; the picture's without it.", takes: "sides from 1 to 16384",
        where: sidesFit),
      RecipeSetting("steps", \.steps, help: "Steps of the optimizer.", takes: "a number from 0 to 1000000") {
        (0...1_000_000).contains($0)
      },
      RecipeSetting("batch", \.batch, help: "Pictures made together.", takes: "a number from 1 to 4096") {
        (1...4096).contains($0)
      },
      RecipeSetting(
        "draws", \.draws, help: "Random views of each picture in a step.", takes: "a number from 1 to 4096"
      ) { (1...4096).contains($0) },
      RecipeSetting(
        "parameterization", help: "What the optimizer turns.", choices: ParameterizationKind.help,
        read: { recipe, value, _ in recipe.parameterization = try ParameterizationKind(value, "parameterization") },
        printed: { $0.parameterization.printed }, check: { try $0.parameterization.part.validate() }),
    ] + ParameterizationKind.settings + [
      RecipeSetting("colour", \.colour, help: "none, decorrelated, or \"measured: DIR\" of pictures."),
      RecipeSetting("range", \.range, help: choice(PixelRange.allCases.map(\.rawValue))),
      RecipeSetting("optimizer", \.optimizer, help: choice(OptimizerKind.allCases.map(\.rawValue))),
      RecipeSetting("rate", \.rate, help: "Length of the optimizer's steps.", takes: "a number above 0") {
        $0 > 0 && $0.isFinite
      },
      RecipeSetting(
        "transforms", \.transforms, help: "Random changes between picture and network."),
      RecipeSetting(
        "penalties", valueName: "map", help: "Prices on the picture.", choices: PenaltyKind.help,
        read: { recipe, value, _ in
          recipe.penalties = try value.pairs("penalties").map { try WeightedPenalty($0.key, $0.keyNode, $0.value) }
        },
        printed: { recipe in
          recipe.penalties.isEmpty ? "{}" : recipe.penalties.map { "\n  " + $0.printed }.joined()
        }, check: { recipe in for penalty in recipe.penalties { try penalty.validate() } }),
      RecipeSetting(
        "relative-penalties", \.relativePenalties,
        help: "Whether penalties weigh in units of the objective's mean slope at a pixel."),
      RecipeSetting(
        "gradient", \.conditioning, help: "What is done to the gradient."),
      RecipeSetting(
        "smooth-strides", \.smoothsStrides, help: "Whether strided layers filter the gradient that they send back."),
      RecipeSetting(
        "octaves", \.octaves.count, help: "Sizes that the picture grows through.", takes: "a number from 1 to 32"
      ) { (1...32).contains($0) },
      RecipeSetting(
        "octave-ratio", \.octaves.ratio, help: "Factor between two octaves.", takes: "a number above 1 and up to 8"
      ) { $0 > 1 && $0 <= 8 },
      RecipeSetting(
        "tile", \.tile, unset: "none", valueName: "pixels",
        help: "Side of tiles for pictures that are too large for the net.", takes: "pixels from 16 to 8192"
      ) { (16...8192).contains($0) },
      RecipeSetting(
        "redirected-steps", \.redirectedSteps, help: "Steps with redirected rectifiers, which wake dead units.",
        takes: "a number from 0"
      ) { $0 >= 0 },
      RecipeSetting("snapshots", \.snapshots, valueName: "list", help: "Steps after which the picture is kept."),
    ]

  @Sendable private static func sidesFit(_ size: PictureSize) -> Bool {
    (1...16384).contains(size.height) && (1...16384).contains(size.width)
  }

  /// `a, b or c.`
  private static func choice(_ names: [String]) -> String {
    names.dropLast().joined(separator: ", ") + " or \(names.last ?? "")."
  }
}

extension Recipe {
  /// This recipe with one thing at a time as another has it: what belongs together, as penalties and their units or the
  /// settings of octaves, is one thing.
  ///
  /// - Returns: by the name of the setting, in the order in which recipes are printed; only what differs, and what makes
  ///   a recipe that does not contradict itself.
  public func singleChanges(toward other: Recipe) -> [(name: String, recipe: Recipe)] {
    func change<Value: Equatable>(_ name: String, _ paths: WritableKeyPath<Recipe, Value>...) -> (String, Recipe)? {
      guard paths.contains(where: { self[keyPath: $0] != other[keyPath: $0] }) else { return nil }
      var recipe = self
      for path in paths { recipe[keyPath: path] = other[keyPath: path] }
      return (name, recipe)
    }
    var priced = self
    (priced.penalties, priced.relativePenalties) = (other.penalties, other.relativePenalties)
    let changes: [(String, Recipe)?] = [
      change("size", \.size, \.inputSize), change("steps", \.steps), change("draws", \.draws),
      change("parameterization", \.parameterization), change("colour", \.colour), change("range", \.range),
      change("optimizer", \.optimizer), change("rate", \.rate), change("transforms", \.transforms),
      priced == self ? nil : ("penalties", priced), change("gradient", \.conditioning),
      change("smooth-strides", \.smoothsStrides), change("octaves", \.octaves), change("tile", \.tile),
      change("redirected-steps", \.redirectedSteps),
    ]
    return changes.compactMap { $0 }.filter { (try? $0.1.validate()) != nil }.map { (name: $0.0, recipe: $0.1) }
  }
}

extension RecipeSetting {
  /// A list of parts, an entry a line.
  fileprivate init<Part: AnyRecipePart>(
    _ name: String, _ path: WritableKeyPath<Owner, [Part]> & Sendable, help: String
  ) {
    self.init(name, valueName: "list", help: help, choices: Part.help) { owner, value, _ in
      owner[keyPath: path] = try value.list(name).map { try Part(entry: $0) }
    } printed: { owner in
      owner[keyPath: path].isEmpty ? "[]" : owner[keyPath: path].map { "\n  - \($0.printed)" }.joined()
    } check: { owner in
      for part in owner[keyPath: path] { try part.part.validate() }
    }
  }
}
