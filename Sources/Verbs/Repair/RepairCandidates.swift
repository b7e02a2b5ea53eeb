import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamRewriting

/// Which layers leave a grid, and how that is known.
struct RepairCandidates {
  /// Layers the method applies to.
  let applicable: [String]
  private let prediction: RepairPrediction
  private var reasons: [String: [RepairFindings.Reason]] = [:]

  /// - Throws: ``ArtifactError`` where the architecture's warnings cannot be worked out.
  init(
    _ network: Network, method: RewriteMethod, prediction: RepairPrediction, measured: RepairMeasurement
  ) throws {
    applicable = network.layers(for: method)
    self.prediction = prediction
    for warning in try prediction.warnings() { add(warning) }
    addPictures(measured)
    for band in measured.gradients?.bands ?? [] where band.verdict == .artifact {
      add(band.layer, .unevenGradient(period: band.period, cv2: band.cv2Corrected))
    }
  }

  /// In the network's order.
  var chosen: [RepairFindings.Choice] {
    applicable.compactMap { name in
      reasons[name].map { RepairFindings.Choice(layer: name, reasons: $0) }
    }
  }

  private mutating func add(_ layer: String?, _ reason: RepairFindings.Reason) {
    // The values of a layer's rewritten parts stand under its name.
    guard let layer, applicable.contains(layer) else { return }
    reasons[layer, default: []].append(reason)
  }

  private mutating func add(_ warning: PredictionWarning) {
    switch warning.kind {
    case .unevenUpsampling, .unevenOverlap, .deadPhases, .unevenPool: add(warning.layer, .predicted(warning))
    // Depth to space is warned of, the convolution in front of it is what can be changed.
    case .subPixelPhases: add(prediction.subPixelConvolution(of: warning.layer), .predicted(warning))
    // Pixels at the border that no window reads are no grid.
    case .unusedPixels: break
    }
  }

  private mutating func addPictures(_ measured: RepairMeasurement) {
    let owners = prediction.owners
    for band in measured.pictures?.bands ?? [] where band.verdict == .artifact {
      add(owners[band.period], .visible(period: band.period, share: band.share, null: band.null))
    }
    for band in measured.locked?.bands ?? [] where band.isLocked {
      add(owners[band.period], .shared(period: band.period, peakDecibels: band.meanPeakDecibels))
    }
  }
}
