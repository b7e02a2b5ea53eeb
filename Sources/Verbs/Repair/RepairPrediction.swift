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

  var finding: LatticeFinding? {
    switch self {
    case .pictures(let prediction): prediction.finding
    case .gradients(let prediction): prediction.input
    case .none: nil
    }
  }

  var failure: String? { if case .none(let reason) = self { reason } else { nil } }

  /// - Throws: ``ArtifactError`` where a change cannot be predicted.
  func warnings() throws -> [PredictionWarning] {
    switch self {
    case .pictures(let prediction): try prediction.warnings()
    case .gradients(let prediction): try prediction.warnings()
    case .none: []
    }
  }

  /// The layer of a picture's net behind each period.
  var owners: [Int: String] { if case .pictures(let prediction) = self { prediction.bandLayers } else { [:] } }

  /// The convolution whose filters a depth-to-space deals out to its phases.
  func subPixelConvolution(of layer: String) -> String? {
    guard case .pictures(let prediction) = self,
      let node = prediction.network.nodes.first(where: { $0.name == layer })
    else { return nil }
    return prediction.network.nodes.first { $0.outputs.first == node.inputs.first ?? nil }?.name
  }
}
