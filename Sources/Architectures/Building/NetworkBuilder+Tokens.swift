import GinghamNetworks
import GinghamTensors

/// Layers whose features stand on the last axis: N×T×C tokens and N×H×W×C maps.
extension NetworkBuilder {
  /// Normalizes over the last axis.
  public mutating func layerNormalization(
    _ name: String, _ x: Feature, epsilon: Float, parameters: String? = nil
  ) -> Feature {
    let prefix = parameters ?? name
    let inputs: [ValueID?] = [
      x.value, parameter("\(prefix).weight", [x.channels], .constant(1)),
      parameter("\(prefix).bias", [x.channels], .constant(0)),
    ]
    let output = append(name, .layerNormalization(axis: -1, epsilon: epsilon), inputs: inputs)
    return Feature(value: output, channels: x.channels, spatial: x.spatial)
  }

  /// Normalizes the channels of each position of an N×C×H×W map, as a module that turns the map there and back.
  public mutating func channelNormalization(_ name: String, _ x: Feature, epsilon: Float) -> Feature {
    var y = permute("\(name).permute", x, [0, 2, 3, 1])
    y = layerNormalization("\(name).layer_norm", y, epsilon: epsilon, parameters: name)
    return permute("\(name).permute_1", y, [0, 3, 1, 2])
  }

  /// Axes in another order; `order` counts from 0, the batch's included.
  public mutating func permute(_ name: String, _ x: Feature, _ order: [Int]) -> Feature {
    append(name, .transpose(permutation: order), [x], like: x)
  }

  /// The same elements in another shape; a 0 keeps an extent and a −1 takes what is left, so that any batch fits.
  public mutating func reshape(
    _ name: String, _ x: Feature, _ shape: [Int], channels: Int? = nil, spatial: [Int]? = nil
  ) -> Feature {
    let output = append(name, .reshape(Reshape(shape: shape)), inputs: [x.value])
    return Feature(value: output, channels: channels ?? x.channels, spatial: spatial ?? x.spatial)
  }

  /// x · Φ(x) (Hendrycks & Gimpel 2016).
  public mutating func gelu(_ name: String, _ x: Feature) -> Feature {
    pointwise(name, x, .gelu(approximate: false))
  }

  /// Each feature times a learned factor.
  ///
  /// - Parameter shape: of the parameter, and what it is seen as in front of the product.
  mutating func layerScale(
    _ name: String, _ x: Feature, parameter path: String, initially value: Float, shape: Shape? = nil,
    seenAs view: Shape? = nil
  ) -> Feature {
    let shape = shape ?? [x.channels]
    var factors = parameter(path, shape, .constant(value))
    if let view, view != shape {
      factors = append("\(path).view", .reshape(Reshape(shape: view.dimensions)), inputs: [factors])
    }
    let output = append(name, .elementwise(.multiply), inputs: [x.value, factors])
    return Feature(value: output, channels: x.channels, spatial: x.spatial)
  }

  /// Two dense layers with a GELU between them.
  mutating func perceptron(_ x: Feature, _ names: (first: String, activation: String, second: String)) -> Feature {
    var y = linear(names.first, x, 4 * x.channels)
    y = gelu(names.activation, y)
    return linear(names.second, y, x.channels)
  }
}

/// The dense layers of an attention.
struct AttentionLayers: Sendable {
  /// Where queries, keys and values come from.
  enum Projections: Sendable {
    /// One layer for all three, and its parameters' names where they are not the layer's with a dot.
    case joined(String, parameters: String? = nil)
    case separate(query: String, key: String, value: String)
  }

  let projections: Projections
  let output: String
  /// `nil`: as other dense layers of the network.
  var outputInitialization: ParameterInitialization?
}

extension NetworkBuilder {
  /// Attention of `heads` heads (Vaswani et al. 2017): softmax(QKᵀ/√d + offsets)·V among the tokens of the last axis but
  /// one.
  ///
  /// - Parameters:
  ///   - name: in front of the nodes that have no parameters.
  ///   - groupAxes: axes between the batch and the tokens, such as the windows of a Swin transformer.
  ///   - offsets: added to the scores in turn, N×(groups×)heads×T×T or what broadcasts to it.
  mutating func attention(
    _ name: String, _ x: Feature, _ layers: AttentionLayers, heads: Int, groupAxes: Int = 0, offsets: [ValueID] = []
  ) -> Feature {
    let parts = projections(name, x, layers.projections)
    let leading = Array(0...groupAxes)
    let token = groupAxes + 1
    let side = x.channels / heads
    func perHead(_ builder: inout NetworkBuilder, _ part: String, _ value: ValueID, _ order: [Int]) -> ValueID {
      let shape = [Int](repeating: 0, count: token + 1) + [heads, side]
      let split = builder.append("\(name).\(part).heads", .reshape(Reshape(shape: shape)), inputs: [value])
      return builder.append("\(name).\(part)", .transpose(permutation: leading + order), inputs: [split])
    }
    let scale = constant("\(name).scale", Tensor([], [1 / Float(side).squareRoot()]))
    let query = append("\(name).scaled", .elementwise(.multiply), inputs: [parts[0], scale])
    let scores = matrixMultiply(
      "\(name).scores", perHead(&self, "q", query, [token + 1, token, token + 2]),
      perHead(&self, "k", parts[1], [token + 1, token + 2, token]))
    var biased = scores
    for (index, offset) in offsets.enumerated() {
      biased = append("\(name).offset\(index)", .elementwise(.add), inputs: [biased, offset])
    }
    let weights = append("\(name).softmax", .softmax(Softmax(axis: -1)), inputs: [biased])
    let mixed = matrixMultiply(
      "\(name).mixed", weights, perHead(&self, "v", parts[2], [token + 1, token, token + 2]))
    let turned = append(
      "\(name).tokens", .transpose(permutation: leading + [token + 1, token, token + 2]), inputs: [mixed])
    let joined = append(
      "\(name).joined", .reshape(Reshape(shape: [Int](repeating: 0, count: token + 1) + [-1])), inputs: [turned])
    let tokens = Feature(value: joined, channels: x.channels, spatial: x.spatial)
    return linear(layers.output, tokens, x.channels, initialization: layers.outputInitialization)
  }

  /// Queries, keys and values.
  private mutating func projections(
    _ name: String, _ x: Feature, _ projections: AttentionLayers.Projections
  ) -> [ValueID] {
    switch projections {
    case .joined(let layer, let parameters):
      let joined = linear(layer, x, 3 * x.channels, parameters: parameters)
      return append("\(name).split", .split(Split(axis: -1)), joined.value, outputs: 3)
    case .separate(let query, let key, let value):
      return [query, key, value].map { linear($0, x, x.channels).value }
    }
  }
}
