import GinghamFeatureVisualization

/// What `visualize` is asked to do: pictures of an objective, or of the channels of a layer.
public struct VisualizeSettings: Encodable, Hashable, Sendable {
  /// What the picture shall maximise.
  public var objective: String?
  /// The layer whose channels are visualized one by one.
  public var layer: String?
  /// Of that layer, these channels; `nil`: all.
  public var channels: ClosedRange<Int>?
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

  /// Of a picture for each channel of a layer.
  public init(layer: String, recipe: Recipe = .robust) {
    (self.layer, self.recipe) = (layer, recipe)
  }

  /// Reads `0-31`, or one number; `nil` where the text is neither.
  public static func channels(parsing text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let ends = ends as? [Int], (1...2).contains(ends.count), ends[0] >= 0, ends[ends.count - 1] >= ends[0] else {
      return nil
    }
    return ends[0]...ends[ends.count - 1]
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
    try SettingError.require(holdWeight > 0 && holdWeight.isFinite, "holdWeight", holdWeight, "a number above 0")
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
