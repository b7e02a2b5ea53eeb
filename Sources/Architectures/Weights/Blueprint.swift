import GinghamNetworks
import GinghamTensors

/// A network whose parameters are declared but not filled: its layers, and the names and shapes of its state dict.
public struct Blueprint: Sendable {
  let network: Network
  /// In the order of the layers that read them.
  public let parameters: [Parameter]

  init(network: Network, parameters: [Parameter]) {
    self.network = network
    self.parameters = parameters
  }

  /// Elements of all parameters together.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

  /// The network with random parameters. The same seed gives the same bytes on every machine.
  public func network(seed: UInt64) -> Network {
    var network = network
    for parameter in parameters {
      let tensor = parameter.initialization.tensor(
        shape: parameter.shape, groups: parameter.groups, name: parameter.name, seed: seed)
      network.constants[parameter.value] = .float(tensor)
    }
    return network
  }

  /// The network with parameters from a state dict. Tensors are shared, not copied.
  ///
  /// - Throws: ``ParameterMismatch``, which lists everything that does not fit.
  public func network(stateDict: [String: Tensor]) throws -> Network {
    let mismatch = mismatch(with: stateDict.mapValues(\.shape))
    guard mismatch.isEmpty else { throw mismatch }
    var network = network
    for parameter in parameters {
      if let tensor = stateDict[parameter.name] { network.constants[parameter.value] = .float(tensor) }
    }
    return network
  }

  /// What differs between the declared parameters and the given names and shapes.
  public func mismatch(with shapes: [String: Shape]) -> ParameterMismatch {
    var mismatch = ParameterMismatch(architecture: network.name)
    for parameter in parameters {
      switch shapes[parameter.name] {
      case nil:
        mismatch.missing.append(.init(name: parameter.name, shape: parameter.shape))
      case let shape? where shape != parameter.shape:
        mismatch.wronglyShaped.append(.init(name: parameter.name, expected: parameter.shape, found: shape))
      default: break
      }
    }
    let declared = Set(parameters.map(\.name))
    mismatch.unexpected = shapes.filter { !declared.contains($0.key) }
      .map { .init(name: $0.key, shape: $0.value) }
      .sorted { $0.name < $1.name }
    return mismatch
  }
}
