import GinghamFeatureVisualization

/// What `visualize --all-channels` finds: an index of the channels of a layer.
public struct LayerVisualization: RunFindings {
  /// The file of a run's folder that holds them.
  public static let fileName = "index.json"

  /// A channel.
  public struct Entry: Encodable, Sendable {
    /// From 0.
    public var channel: Int
    /// Relative to the index.
    public var file: String
    /// Its picture's activation and measures.
    public var finding: VisualizationFindings.Image
    /// Whether nothing made it fire.
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
    /// What went wrong.
    public var warning: VisualizationWarning

    /// As texts for people have it.
    public var description: String { "channels \(channels): \(warning)" }
    /// As files hold it.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
  }

  /// As it was named.
  public var model: String
  /// A layer of the net, by its name.
  public var layer: String
  /// The recipe's.
  public var preset: String
  /// Of the start and of every random transform.
  public var seed: Int
  /// In ascending order.
  public var channels: [Entry]
  /// What went wrong, with the channels concerned.
  public var warnings: [Warning]
}
