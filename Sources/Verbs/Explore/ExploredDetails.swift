import GinghamFeatureVisualization
import GinghamLattices

/// What the page of a unit shows beside its picture: a file of the site for each layer, read when its pages are.
struct ExploredDetails: Encodable {
  /// In the order of ``ExploredNet/Explored/units``.
  var units: [Unit]
  /// Layers on the way to this one, from the picture on; `nil` without ways to compare.
  var way: [String]?

  struct Unit: Encodable {
    /// Of the gradient at the unit's picture.
    var bands: [Band]
    /// Units in front whose weights into this one are strongest.
    var reads: [UnitLink]
    /// Units behind into which its weights are strongest.
    var writes: [UnitLink]
    /// Over the reader's pictures; `nil` without any.
    var activity: Activity?
    /// Whether its picture travels through the net as photographs do; `nil` without photographs.
    var path: Path?
    var accentuated: ExploredVariants.Accentuated?
    var diverse: ExploredVariants.Diverse?
    /// The same unit of the other net.
    var against: ExploredComparison.Unit?
  }

  /// ``PathCheck/Layer`` of each layer of ``way``.
  struct Path: Encodable {
    var similarity: [Double?]
    var own: [Double?]
    var others: [Double?]
    /// Layers at which the picture is farther from the unit's photographs than every one of them.
    var apart: Int
    /// Layers at which it is nearer to them than 95 % of others.
    var near: Int

    init(_ check: PathCheck, among own: Int) {
      func rounded(_ value: Double?) -> Double? { value.map { ($0 * 1000).rounded() / 1000 } }
      similarity = check.layers.map { rounded($0.similarity) }
      self.own = check.layers.map { rounded($0.own) }
      others = check.layers.map { rounded($0.others) }
      apart = check.apart(among: own)
      near = check.layers.count { $0.othersAsNear <= 0.05 }
    }
  }

  /// A band of a gradient and the layer that brings it in.
  struct Band: Codable {
    var period: Int
    /// Less what an even gradient of this size would give.
    var cv2: Double
    /// Of ``cv2`` under evenness.
    var error: Double
    var layer: String?
    var verdict: String

    init(_ band: LatticeFinding.Band, layer: String?) {
      (period, cv2, error, self.layer) = (band.period, band.cv2Corrected, band.standardError, layer)
      verdict = band.verdict.rawValue
    }
  }

  /// How a unit responds to pictures.
  struct Activity: Encodable {
    var count: Int
    var mean: Double
    var deviation: Double
    var least: Float
    var most: Float
    var median: Float?
    /// The 99th percentile.
    var strong: Float?
    /// Low end, high end, count.
    var bars: [[Double]]
    /// The strongest first, in the order of the crops in the unit's sheet.
    var exemplars: [Exemplar]
  }

  struct Exemplar: Encodable {
    /// Place among ``ExploredNet/pictures``; `nil` where the picture has no page.
    var page: Int?
    /// What the file is called.
    var name: String
    var activation: Float
    /// Row and column in the layer's map; `nil` where units have no position.
    var place: [Int]?
    /// Top, left, bottom, right in pixels of the net's input, the latter two beyond the last.
    var crop: [Int]
  }
}

extension ExploredDetails.Activity {
  /// - Parameters:
  ///   - pages: of pictures that have one, by their place in the index.
  init(
    _ activity: UnitActivity, in layer: ExemplarSearch.Layer, of index: ExemplarSearch.Index, pages: [Int: Int]
  ) {
    (count, mean, deviation) = (activity.histogram.total, activity.mean, activity.deviation)
    (least, most) = (activity.least, activity.most)
    (median, strong) = (activity.quantile(0.5), activity.quantile(0.99))
    bars = activity.histogram.bars.map { [Double($0.low), Double($0.high), Double($0.count)] }
    exemplars = activity.exemplars.map { exemplar in
      let crop = layer.crop(of: exemplar, in: index.size)
      return .init(
        page: pages[exemplar.picture], name: index.pictures[exemplar.picture].lastPathPart,
        activation: exemplar.activation, place: layer.place(of: exemplar).map { [$0.row, $0.column] },
        crop: [crop.rows.lowerBound, crop.columns.lowerBound, crop.rows.upperBound, crop.columns.upperBound])
    }
  }
}
