import GinghamNetworks
import GinghamTensors

/// A tensor of a network's state dict, declared but not yet filled.
public struct Parameter: Hashable, Sendable {
  /// The name PyTorch's `state_dict` gives it.
  public let name: String
  /// As the state dict has it.
  public let shape: Shape
  /// Of random nets.
  public let initialization: ParameterInitialization
  /// Of the convolution it belongs to; 1 elsewhere.
  public let groups: Int
  /// The value of the network that stands for it.
  public let value: ValueID

  /// With the properties of the same names.
  public init(
    name: String, shape: Shape, initialization: ParameterInitialization, groups: Int = 1, value: ValueID
  ) {
    self.name = name
    self.shape = shape
    self.initialization = initialization
    self.groups = groups
    self.value = value
  }
}
