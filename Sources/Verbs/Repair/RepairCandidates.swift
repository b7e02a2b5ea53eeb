import Foundation
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamRewriting

/// Which layers leave a grid, and how that is known.
struct RepairCandidates {
  /// Layers the method applies to.
  let applicable: [String]
  private var reasons: [String: [String]] = [:]

  init(_ model: Model, method: RewriteMethod, subject: any RepairSubject, measured: RepairMeasurement) throws {
    let bound = try model.bound()
    applicable = model.network.layers(for: method)
    switch subject.kind {
    case .pictures: addPictures(try? PicturePrediction(bound, output: bound.resolved(subject.output)), measured)
    case .gradients: try addGradients(try? GradientPrediction(bound, target: bound.resolved(subject.output)), measured)
    }
  }

  /// In the network's order.
  var chosen: [RepairFindings.Choice] {
    applicable.compactMap { name in
      reasons[name].map { RepairFindings.Choice(layer: name, reason: $0.joined(separator: "; ")) }
    }
  }

  private mutating func add(_ layer: String?, _ reason: String) {
    // The values of a layer's rewritten parts stand under its name.
    guard let layer, applicable.contains(layer) else { return }
    reasons[layer, default: []].append(reason)
  }

  private mutating func addPictures(_ prediction: PicturePrediction?, _ measured: RepairMeasurement) {
    for warning in (try? prediction?.warnings()) ?? [] {
      switch warning.kind {
      case .unevenUpsampling: add(warning.layer, "predicted: \(warning.message)")
      // Depth to space is warned of, the convolution in front of it is what can be changed.
      case .subPixelPhases: add(subPixelConvolution(of: warning.layer, in: prediction), "predicted: \(warning.message)")
      default: break
      }
    }
    let owners = prediction?.bandLayers ?? [:]
    for band in measured.pictures?.bands ?? [] where band.verdict == .artifact {
      add(
        owners[band.period],
        "measured: \(percent(band.share)) of the fine detail at period \(band.period), \(percent(band.null)) by chance")
    }
    for band in measured.locked?.bands ?? [] where band.isLocked {
      let peak = band.meanPeakDecibels.map { ", \(decimal($0)) dB above its surroundings" } ?? ""
      add(owners[band.period], "measured: a grid of period \(band.period) that all samples share\(peak)")
    }
  }

  private func subPixelConvolution(of layer: String, in prediction: PicturePrediction?) -> String? {
    guard let network = prediction?.network, let node = network.nodes.first(where: { $0.name == layer }) else {
      return nil
    }
    return network.nodes.first { $0.outputs.first == node.inputs.first ?? nil }?.name
  }

  private mutating func addGradients(_ prediction: GradientPrediction?, _ measured: RepairMeasurement) throws {
    for warning in (try? prediction?.warnings()) ?? [] {
      switch warning.kind {
      case .unevenOverlap, .deadPhases, .unevenPool: add(warning.layer, "predicted: \(warning.message)")
      default: break
      }
    }
    for band in measured.gradients?.bands ?? [] where band.verdict == .artifact {
      add(
        band.layer, "measured: CV² \(decimal(band.cv2Corrected, places: 4)) at period \(band.period)")
    }
  }

  private func percent(_ share: Double) -> String { decimal(100 * share, places: 2) + " %" }

  private func decimal(_ value: Double, places: Int = 1) -> String {
    value.formatted(
      .number.precision(.fractionLength(places)).locale(.init(identifier: "en_US_POSIX")).grouping(.never))
  }
}
