import GinghamNetworks

/// A value under construction, with what a builder must know to size the parameters that read it.
public struct Feature: Hashable, Sendable {
  /// In the network that is built.
  public let value: ValueID
  /// Extent of the axis of features: axis 1 of a map, the last one of tokens and of maps with their channels last.
  public let channels: Int
  /// Height and width for the input size the network is built for; `nil` where that size is too small for the layers
  /// above, which binding the network reports.
  public let spatial: [Int]?

  /// With the properties of the same names.
  public init(value: ValueID, channels: Int, spatial: [Int]?) {
    self.value = value
    self.channels = channels
    self.spatial = spatial
  }
}
