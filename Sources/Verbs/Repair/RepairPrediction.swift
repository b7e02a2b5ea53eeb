import GinghamLattices
import GinghamNetworks
import GinghamPrediction

/// What the architecture of a network implies for what it paints, or for the gradients that it sends back.
enum RepairPrediction {
  case pictures(PicturePrediction)
  case gradients(GradientPrediction)
  /// Nothing can be predicted, for this reason.
  case none(reason: String)

  init(ofPictures network: BoundNetwork, output: ValueID) {
    do {
      self = .pictures(try PicturePrediction(network, output: network.resolved(output)))
    } catch {
      self = .none(reason: "\(error)")
    }
  }

  init(ofGradients network: BoundNetwork, target: ValueID) {
    do {
      self = .gradients(try GradientPrediction(network, target: network.resolved(target)))
    } catch {
      self = .none(reason: "\(error)")
    }
  }

  /// Gradients are judged by their bounds; counts of overlaps tell nothing of a network with weights.
  ///
  /// - Throws: ``ArtifactError`` where the bounds cannot be worked out.
  func finding() throws -> LatticeFinding? {
    switch self {
    case .pictures(let prediction): prediction.finding.unjudged
    case .gradients(let prediction): try prediction.judgedInput().finding
    case .none: nil
    }
  }

  var failure: String? { if case .none(let reason) = self { reason } else { nil } }

  /// Layers at which the cumulative stride becomes a multiple of a period, and in place of one that deals channels out to
  /// positions the convolution in front of it.
  func layers(behind period: Int) -> [String] {
    let (layers, network): ([StridedLayer], BoundNetwork)
    switch self {
    case .pictures(let prediction): (layers, network) = (prediction.upsamplingLayers, prediction.network)
    case .gradients(let prediction): (layers, network) = (prediction.stridedLayers, prediction.network)
    case .none: return []
    }
    return layers.filter {
      $0.cumulativeBehind.isMultiple(of: period) && !$0.cumulativeBefore.isMultiple(of: period)
    }.flatMap { layer in
      guard let node = network.nodes.first(where: { $0.name == layer.name }), case .depthToSpace = node.operation,
        let front = network.nodes.first(where: { $0.outputs.first == node.inputs.first ?? nil })
      else { return [layer.name] }
      return [front.name]
    }
  }
}
