import GinghamLattices
import GinghamNetworks
import GinghamTensors

extension Propagation {
  /// What a walk through the whole network holds and does, asked before it begins: a stride of 2¹² paints sixteen million
  /// positions for each one in front of it.
  ///
  /// - Throws: ``ArtifactError/limit(network:_:)``.
  func requireBoundedCost() throws {
    // In floating point, as a sum of areas may leave every integer.
    func area(_ value: ValueID) -> Double {
      let (height, width) = extents(value)
      return Double(height) * Double(width)
    }
    let positions = layouts.byValue.keys.reduce(0) { $0 + area($1) }
    let visits = network.nodes.reduce(0.0) { sum, node in
      guard let (window, isTransposed) = node.operation.slidingWindow,
        let outer = isTransposed ? node.inputs.first ?? nil : node.outputs.first, layouts.byValue[outer] != nil
      else { return sum }
      return sum + area(outer) * window.kernel.reduce(1) { $0 * Double($1) }
    }
    // Each axis of a window keeps a table of taps by position, and an entry takes as much as several positions.
    let entries = network.nodes.reduce(0.0) { sum, node in
      guard let (window, isTransposed) = node.operation.slidingWindow,
        let outer = isTransposed ? node.inputs.first ?? nil : node.outputs.first, layouts.byValue[outer] != nil
      else { return sum }
      let (height, width) = extents(outer)
      let sides = [height, width].suffix(window.kernel.count)
      return sum + zip(sides, window.kernel).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    for (resource, cost) in [(Resource.positions, positions + 4 * entries), (.visits, visits)] {
      let allowed = network.limits.allowed(resource)
      guard cost <= Double(allowed) else {
        throw ArtifactError.limit(network: network.name, ResourceLimitError(resource, allowed: allowed))
      }
    }
  }
}

extension Operation {
  /// The window of a convolution or pool, and whether it paints instead of reading.
  package var slidingWindow: (window: Window, isTransposed: Bool)? {
    switch self {
    case .convolution(let convolution): (convolution.window, false)
    case .maxPool(let pool): (pool.window, false)
    case .averagePool(let pool): (pool.window, false)
    case .transposedConvolution(let convolution): (convolution.window, true)
    default: nil
    }
  }
}
