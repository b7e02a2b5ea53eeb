import GinghamDifferentiation
import GinghamNetworks
import GinghamSignals

extension BackwardRules {
  /// Rules under which the gradient that each strided convolution and pool sends back is filtered by a triangle of its
  /// stride, which vanishes at all frequencies of the stride's lattice: checkerboards end at the layer that made them.
  public static func smoothingStrides(of network: Network, relu: ReLU = .exact) -> BackwardRules {
    var smoothing: [ValueID: [Float]] = [:]
    for node in network.nodes {
      let strides: [Int]
      switch node.operation {
      case .convolution(let convolution): strides = convolution.window.strides
      case .maxPool(let pool): strides = pool.window.strides
      case .averagePool(let pool): strides = pool.window.strides
      default: continue
      }
      guard let stride = strides.max(), stride > 1, let output = node.outputs.first else { continue }
      smoothing[output] = FilterTaps.triangle(stride)
    }
    return BackwardRules(relu: relu, smoothing: smoothing)
  }
}
