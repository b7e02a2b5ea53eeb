import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamRewriting

/// Layers that may be behind a grid that was measured: those at which the cumulative stride becomes a multiple of the
/// period of a band that shows. Whether they are is for trials to tell.
struct RepairCandidates {
  /// Layers that any of the methods applies to, in the network's order.
  let applicable: [String]
  private var reasons: [String: [RepairFindings.Reason]] = [:]

  init(
    _ network: Network, methods: [RewriteMethod], prediction: RepairPrediction, measured: RepairMeasurement
  ) {
    let layers = Set(methods.flatMap(network.layers))
    applicable = network.nodes.map(\.name).filter(layers.contains)
    func add(_ period: Int, _ reason: RepairFindings.Reason) {
      let behind = prediction.layers(behind: period)
      // Where nothing can be followed every layer may be it.
      for layer in behind.isEmpty ? applicable : behind where layers.contains(layer) {
        reasons[layer, default: []].append(reason)
      }
    }
    for band in measured.pictures?.bands ?? [] where band.verdict == .artifact {
      add(band.period, .visible(period: band.period, share: band.share, null: band.null))
    }
    for band in measured.locked?.bands ?? [] where band.isLocked {
      add(band.period, .shared(period: band.period, peakDecibels: band.meanPeakDecibels))
    }
    for band in measured.gradients?.bands ?? [] where band.verdict == .artifact {
      add(band.period, .unevenGradient(period: band.period, cv2: band.cv2Corrected))
    }
  }

  /// In the network's order.
  var chosen: [RepairFindings.Choice] {
    applicable.compactMap { name in
      reasons[name].map { RepairFindings.Choice(layer: name, reasons: $0) }
    }
  }
}
