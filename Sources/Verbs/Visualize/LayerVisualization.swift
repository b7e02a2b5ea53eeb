import GinghamFeatureVisualization

/// What `visualize --all-channels` finds: an index of the channels of a layer.
public struct LayerVisualization: RunFindings {
  /// The file of a run's folder that holds them.
  public static let fileName = "index.json"

  public struct Entry: Encodable, Sendable {
    public var channel: Int
    /// Relative to the index.
    public var file: String
    public var finding: VisualizationFindings.Image
    public var isDead: Bool

    private enum CodingKeys: String, CodingKey {
      case channel, file, finding
      case isDead = "dead"
    }
  }

  /// What the user should know of the channels of one batch.
  public struct Warning: Encodable, Sendable, CustomStringConvertible {
    public var channels: [Int]
    public var warning: VisualizationWarning

    /// As texts for people have it.
    public var description: String { "channels \(channels): \(warning)" }
    /// As files hold it.
    ///
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
  }

  public var model: String
  /// A layer of the net, by its name.
  public var layer: String
  public var preset: String
  public var seed: Int
  public var channels: [Entry]
  public var warnings: [Warning]
}
