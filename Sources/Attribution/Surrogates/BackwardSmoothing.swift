import GinghamDifferentiation
import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// Backpropagation that evens out what strided layers send back: behind every convolution and pool that reads its input
/// unevenly, the gradient is averaged over the layer's s × s phases before it travels on (after Herdt et al. 2024).
///
/// Where they average over rolls, which lean to one side and wrap around, this filter is centred and treats the border
/// as zero. It changes the gradient: ask for the cosine to the true one.
public struct BackwardSmoothing: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "backward-smoothing"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// The layers to smooth; `nil`: every uneven one on the way to the target.
  public var layers: [String]?

  /// With the property of the same name.
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
    let uneven = try UnevenLayer.all(of: network, towards: targets)
    guard let layers else { return BackwardRules(evening: uneven) }
    return BackwardRules(
      evening: try layers.map { name in
        let value = try network.value(ofLayer: name)
        guard let layer = uneven.first(where: { $0.value == value }) else {
          throw AttributionError.nothingToSmooth(layer: name, uneven: uneven.map(\.name))
        }
        return layer
      })
  }
}

extension BackwardRules {
  /// Under these rules the layers send evenly: their gradients are smoothed as they leave (after Herdt et al. 2024), so
  /// that checkerboards end at the layer that made them.
  public init(evening layers: [UnevenLayer], relu: ReLU = .exact) {
    self.init(
      relu: relu, smoothing: layers.reduce(into: [:]) { $0[$1.value] = EveningFilter.taps(stride: $1.stride) })
  }
}
