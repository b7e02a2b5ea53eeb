import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Backpropagation that evens out what strided layers send back: behind every convolution and pool that reads its input
/// unevenly, the gradient is averaged over the layer's s × s phases before it travels on (after Herdt et al. 2024).
///
/// Where they average over rolls, which lean to one side and wrap around, this filter is centred and treats the border
/// as zero. It changes the gradient: ask for the cosine to the true one.
public struct BackwardSmoothing: AttributionMethod {
  public static let name = "backward-smoothing"
  public static let isSurrogate = true

  /// The layers to smooth; `nil`: every uneven one on the way to the target.
  public var layers: [String]?

  public init(layers: [String]? = nil) {
    self.layers = layers
  }

  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``, ``AttributionError/nothingToSmooth(layer:uneven:)``.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let rules = try Self.rules(smoothing: layers, of: differentiator.network, towards: objective.layers)
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [pictures.shape], rules: rules)
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }

  /// The rules that make the named layers send evenly; of all uneven ones where `layers` is `nil`.
  ///
  /// - Parameter targets: names of the layers the gradient starts from.
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``, and ``AttributionError/nothingToSmooth(layer:uneven:)``
  ///   where a named layer sends evenly by itself or does not lead to the target.
  public static func rules(
    smoothing layers: [String]?, of network: Network, towards targets: [String]
  ) throws -> BackwardRules {
    let uneven = try unevenLayers(of: network, towards: targets)
    var smoothing: [ValueID: [Float]] = [:]
    if let layers {
      for name in layers {
        let value = try network.value(ofLayer: name)
        guard let layer = uneven.first(where: { $0.value == value }) else {
          throw AttributionError.nothingToSmooth(layer: name, uneven: uneven.map(\.name))
        }
        smoothing[value] = taps(stride: layer.stride)
      }
    } else {
      for layer in uneven { smoothing[layer.value] = taps(stride: layer.stride) }
    }
    return BackwardRules(smoothing: smoothing)
  }

  /// Convolutions and pools on the way to the targets that reach some positions of their input more often than others,
  /// in the network's order, with the larger stride of both axes.
  public static func unevenLayers(
    of network: Network, towards targets: [String]
  ) throws -> [(name: String, value: ValueID, stride: Int)] {
    var needed = Set(try targets.map(network.value))
    var found: [(name: String, value: ValueID, stride: Int)] = []
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
      found.append((node.name, value, stride))
    }
    return found.reversed()
  }

  /// A centred filter that makes whatever repeats with the stride even, in the mean and in the power of white noise.
  ///
  /// For odd s the box of s. A box of even length leans to one side, and a triangle, its centred cousin, is even in the
  /// mean only: (1, 2, 1)/4 leaves twice the power on every other position. (1, 3, …, 3, 4, 3, …, 3, 1)/6s with 2s + 1
  /// taps is even in both: on each phase its taps sum to 6/6s (1 + 4 + 1 or 3 + 3) and their squares to 18/36s².
  public static func taps(stride: Int) -> [Float] {
    guard stride > 1 else { return [1] }
    guard stride.isMultiple(of: 2) else { return [Float](repeating: 1 / Float(stride), count: stride) }
    let unit = 1 / Float(6 * stride)
    return (-stride...stride).map { unit * ($0 == 0 ? 4 : abs($0) == stride ? 1 : 3) }
  }
}

extension Window {
  /// Whether along some axis the taps fall on the phases of the stride in unequal numbers. Tap t falls on t·d mod s:
  /// evenly only where d and s share no factor and s divides the number of taps.
  var readsUnevenly: Bool {
    kernel.indices.contains { axis in
      var (divisor, rest) = (strides[axis], dilations[axis] % strides[axis])
      while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
      return strides[axis] > 1 && (divisor > 1 || !kernel[axis].isMultiple(of: strides[axis]))
    }
  }
}
