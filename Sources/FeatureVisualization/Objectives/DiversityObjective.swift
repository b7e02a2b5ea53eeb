import GinghamDifferentiation
import GinghamTensors

/// −Σ_{j≠i}⟨Gᵢ, Gⱼ⟩/B for each picture i of a batch of B, with G the Gram matrix of a layer's channels over its
/// positions, scaled to length 1: maximised, it drives the pictures of a batch apart in texture and colour
/// (Olah, Mordvintsev & Schubert 2017, where the similarity itself is subtracted).
public struct DiversityObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// B; several draws of the same pictures stand behind each other, and each draw is compared within itself. `nil`: all
  /// pictures that go through the network together.
  public var pictures: Int?
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  private static let epsilon = 1e-10

  /// With the properties of the same names.
  public init(layer: String, pictures: Int? = nil) {
    self.layer = layer
    self.pictures = pictures
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    let size = max(1, min(pictures ?? view.batch, view.batch))
    guard view.batch.isMultiple(of: size) else {
      throw VisualizationError.contradiction("diversity over \(size) pictures does not fit a batch of \(view.batch)")
    }
    let grams = activations[0].withUnsafeBufferPointer { values in
      (0..<view.batch).map { Self.gram(values, at: view.start($0, 0), view) }
    }
    var results: [Float] = []
    for sample in 0..<view.batch {
      let group = sample / size * size
      var others = [Double](repeating: 0, count: view.channels * view.channels)
      for other in group..<(group + size) where other != sample {
        for index in others.indices { others[index] += grams[other].unit[index] }
      }
      let product = zip(grams[sample].unit, others).reduce(0) { $0 + $1.0 * $1.1 }
      results.append(Float(-product / Double(size)) * weight)
      // Each pair counts twice in the sum over pictures: once as seen from either side.
      let factor = -2 * Double(weight) / Double(size) / grams[sample].norm
      let slopes = zip(grams[sample].unit, others).map { factor * ($1 - product * $0) }
      addGradient(slopes, of: sample, view, activations[0], to: &cotangents[0])
    }
    return results
  }

  private static func gram(_ values: UnsafeBufferPointer<Float>, at start: Int, _ view: ChannelView) -> (
    unit: [Double], norm: Double
  ) {
    var gram = [Double](repeating: 0, count: view.channels * view.channels)
    for a in 0..<view.channels {
      for b in 0...a {
        var sum: Float = 0
        let (left, right) = (start + a * view.positions, start + b * view.positions)
        for position in 0..<view.positions { sum += values[left + position] * values[right + position] }
        gram[a * view.channels + b] = Double(sum)
        gram[b * view.channels + a] = Double(sum)
      }
    }
    let norm = max(gram.reduce(0) { $0 + $1 * $1 }, epsilon).squareRoot()
    return (gram.map { $0 / norm }, norm)
  }

  /// ∂/∂a of ⟨S, a·aᵀ⟩ with a symmetric S is 2·S·a.
  private func addGradient(
    _ slopes: [Double], of sample: Int, _ view: ChannelView, _ activation: Tensor, to cotangent: inout Tensor
  ) {
    let start = view.start(sample, 0)
    activation.withUnsafeBufferPointer { values in
      cotangent.withUnsafeMutableBufferPointer { gradient in
        for a in 0..<view.channels {
          let row = start + a * view.positions
          for b in 0..<view.channels {
            let factor = Float(2 * slopes[a * view.channels + b])
            let other = start + b * view.positions
            for position in 0..<view.positions { gradient[row + position] += factor * values[other + position] }
          }
        }
      }
    }
  }
}
