import GinghamFeatureVisualization
import GinghamModels

/// What `visualize` is asked to do: pictures of an objective, or of the channels of a layer.
public struct VisualizeSettings: Encodable, Hashable, Sendable {
  /// What the picture shall maximise.
  public var objective: String?
  /// The layer whose channels are visualized one by one.
  public var layer: String?
  /// Of that layer, these channels; `nil`: all.
  public var channels: ClosedRange<Int>?
  /// Whether each channel's picture lowers it.
  public var negative = false
  /// A picture to begin from, or a `.npy` file of parameters; `nil`: noise.
  public var start: String?
  /// A photograph whose parts that the objective likes shall come forward, while it stays what it is.
  public var accentuate: String?
  /// The layer that is kept near the photograph's activations; `nil`: one half-way to the objective.
  public var hold: String?
  /// How firmly: about one part in so many of the layer's activations may change.
  public var holdWeight = 4.0
  /// Photographs beside whose ways through the net the finished pictures' are held.
  public var pathCheck: [String] = []
  /// Of the start and of every random transform.
  public var seed: UInt64 = 0
  /// How pictures are made: parameterization, transforms, steps, penalties.
  public var recipe: Recipe

  /// Of a picture that maximises an objective.
  public init(objective: String, recipe: Recipe = .robust) {
    (self.objective, self.recipe) = (objective, recipe)
  }

  /// Of neither yet.
  public init(recipe: Recipe = .robust) { self.recipe = recipe }

  /// Of a picture for each channel of a layer.
  public init(layer: String, recipe: Recipe = .robust) {
    (self.layer, self.recipe) = (layer, recipe)
  }

  /// What the climb begins from.
  var begin: Visualizer.Start {
    if let accentuate { return .accentuated(accentuate, hold: hold, weight: holdWeight) }
    return start.map { .file($0) } ?? .noise
  }

  /// Files that are read beside the model.
  var inputs: [String] {
    [start, accentuate].compactMap { $0 } + pathCheck + recipe.folders + (objective.map(InputFiles.named(in:)) ?? [])
  }

  /// - Throws: ``VisualizationError``, ``SettingError``.
  func validate() throws {
    try recipe.validate()
    try SettingError.require(holdWeight > 0 && holdWeight.isFinite, "hold_weight", holdWeight, "a number above 0")
    guard (objective == nil) != (layer == nil) else {
      throw SettingError.contradiction(
        settings: ["objective", "all_channels"], message: "name an objective, or a layer for all of its channels")
    }
    guard channels == nil || layer != nil else {
      throw SettingError.contradiction(
        settings: ["channels", "all_channels"], message: "channels are those of a layer: name it")
    }
    guard !negative || layer != nil else {
      throw SettingError.contradiction(
        settings: ["negative", "all_channels"], message: "what is lowered are the channels of a layer: name it")
    }
    guard layer == nil || start == nil && accentuate == nil && hold == nil && pathCheck.isEmpty else {
      throw SettingError.contradiction(
        settings: ["start", "accentuate", "hold", "path_check"], message: "these go with an objective")
    }
    guard start == nil || accentuate == nil else {
      throw SettingError.contradiction(
        settings: ["start", "accentuate"],
        message: "a photograph to accentuate is what the picture begins from: name no start")
    }
    guard hold == nil || accentuate != nil else {
      throw SettingError.contradiction(
        settings: ["hold"], message: "a layer is held for a photograph to accentuate: name one")
    }
  }
}

extension Recipe {
  /// Folders of pictures that colours and spectra are measured on.
  var folders: [String] {
    var folders = [parameterization.folder].compactMap { $0 }
    if case .measured(let folder) = colour { folders.append(folder) }
    return folders
  }
}

extension VisualizeSettings: SettingOwner {
  /// By the usual recipe.
  public static let usual = VisualizeSettings()

  /// All but the recipe.
  public static let settings: [Setting<VisualizeSettings>] = [
    Setting("objective", \.objective, "What the picture shall maximise."),
    Setting(
      "all_channels", \.layer, "Every channel of this layer, into a contact sheet and an index.", valueName: "layer"),
    Setting("channels", \.channels, "Only these channels of that layer.", valueName: "first-last"),
    Setting("negative", \.negative, "Of that layer's channels the pictures that lower them."),
    Setting(
      "start", \.start, "A picture to begin from, or parameters as .npy; noise without it.", valueName: "file"
    ).naming(.file()),
    Setting(
      "accentuate", \.accentuate,
      "A photograph: what the objective likes in it comes forward, and it stays what it is.", valueName: "picture"
    ).naming(.file()),
    Setting(
      "hold", \.hold, "The layer that stays near the photograph's activations; one half-way without it.",
      valueName: "layer"),
    Setting(
      "hold_weight", \.holdWeight, "How firmly it does: about one part in so many may change.", valueName: "number"),
    Setting(
      "path_check", .words, \.pathCheck,
      """
      Photographs: does the picture travel through the net as those do that excite the objective most? Folders, quoted \
      patterns, @FILE and - go too.
      """, valueName: "files"
    ).naming(.file()),
    Setting("seed", \.seed, "Seed of the start and of every random transform."),
  ]

  /// The form of the verb that is meant, with pictures by a recipe.
  ///
  /// - Throws: what reading the recipe does.
  public func run(of model: ModelSource, by choice: RecipeChoice) throws -> any Run {
    var settings = self
    settings.recipe = try choice.recipe()
    guard layer != nil, objective == nil else { return VisualizeRun(model, settings: settings) }
    // Channels go several at a time where nobody says how many.
    let isBatchGiven = choice.changes["batch"] != nil || settings.recipe.batch != 1
    if !isBatchGiven { settings.recipe.batch = LayerVisualizationRun.usualBatch }
    return LayerVisualizationRun(model, settings: settings)
  }
}
