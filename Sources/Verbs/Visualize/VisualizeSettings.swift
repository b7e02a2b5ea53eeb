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

  /// Files that are read beside the model.
  var inputs: [String] {
    [start].compactMap { $0 } + recipe.folders + (objective.map(InputFiles.named(in:)) ?? [])
  }

  /// - Throws: ``VisualizationError``.
  func validate() throws { try recipe.validate() }
}

extension Recipe {
  /// Folders of pictures that colours and spectra are measured on.
  var folders: [String] {
    var folders = [parameterization.folder].compactMap { $0 }
    if case .measured(let folder) = colour { folders.append(folder) }
    return folders
  }
}
