import GinghamNetworks

/// A convolution or pool that reaches some positions of its input more often than others, so that gradients arrive there
/// in a pattern of its stride.
public struct UnevenLayer: Hashable, Sendable {
  public let name: String
  /// The layer's output.
  public let value: ValueID
  /// The larger of both axes.
  public let stride: Int

  /// The uneven layers on the way to the targets, in the network's order.
  ///
  /// - Parameter targets: names of the layers a gradient starts from.
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``.
  public static func all(of network: Network, towards targets: [String]) throws -> [UnevenLayer] {
    var needed = Set(try targets.map(network.value))
    var found: [UnevenLayer] = []
    for node in network.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs.compactMap { $0 })
      let window: Window
      switch node.operation {
      case .convolution(let convolution): window = convolution.window
      case .maxPool(let pool): window = pool.window
      case .averagePool(let pool): window = pool.window
      default: continue
      }
      guard window.kernel.count == 2, window.readsUnevenly, let value = node.outputs.first,
        let stride = window.strides.max()
      else { continue }
      found.append(UnevenLayer(name: node.name, value: value, stride: stride))
    }
    return found.reversed()
  }

  /// A centred filter that makes whatever repeats with the stride even, in the mean and in the power of white noise.
  ///
  /// For odd s the box of s. A box of even length leans to one side, and a triangle, its centred cousin, is even in the
  /// mean only: (1, 2, 1)/4 leaves twice the power on every other position. (1, 3, …, 3, 4, 3, …, 3, 1)/6s with 2s + 1
  /// taps is even in both: on each phase its taps sum to 6/6s (1 + 4 + 1 or 3 + 3) and their squares to 18/36s².
  public static func eveningTaps(stride: Int) -> [Float] {
    guard stride > 1 else { return [1] }
    guard stride.isMultiple(of: 2) else { return [Float](repeating: 1 / Float(stride), count: stride) }
    let unit = 1 / Float(6 * stride)
    return (-stride...stride).map { unit * ($0 == 0 ? 4 : abs($0) == stride ? 1 : 3) }
  }
}

extension BackwardRules {
  /// Under these rules the layers send evenly: their gradients are smoothed as they leave (after Herdt et al. 2024), so
  /// that checkerboards end at the layer that made them.
  public init(evening layers: [UnevenLayer], relu: ReLU = .exact) {
    self.init(
      relu: relu,
      smoothing: layers.reduce(into: [:]) { $0[$1.value] = UnevenLayer.eveningTaps(stride: $1.stride) })
  }
}
