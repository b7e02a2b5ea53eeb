import GinghamFeatureVisualization

/// What `visualize --all-channels` finds: an index of the channels of a layer.
public struct LayerVisualization: RunFindings {
  /// `index.json`, in the run's folder.
  public static let fileName = "index.json"

  /// One channel's picture.
  public struct Entry: Encodable, Sendable {
    /// From 0.
    public var channel: Int
    /// Relative to the index.
    public var file: String
    /// Activation of the finished picture, and its artifacts.
    public var finding: VisualizationFindings.Image
    /// Whether the gradient at the finished picture is zero everywhere.
    public var isDead: Bool

    private enum CodingKeys: String, CodingKey {
      case channel, file, finding
      case isDead = "dead"
    }
  }

  /// What the user should know of the channels of one batch.
  public struct Warning: Encodable, Sendable, CustomStringConvertible {
    /// From 0.
    public var channels: [Int]
    /// What happened.
    public var warning: VisualizationWarning

    /// The warning behind its channels.
    public var description: String { "channels \(channels): \(warning)" }
    /// As ``description``.
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Its name in the network.
  public var layer: String
  /// That the recipe began from.
  public var preset: String
  /// Of the starts and of every random transform.
  public var seed: Int
  /// In ascending order.
  public var channels: [Entry]
  /// What the user should know, batch by batch.
  public var warnings: [Warning]
}
