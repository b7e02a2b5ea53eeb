import Foundation
import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamReporting

/// What the pages of a site show: its data file.
struct ExploredNet: Encodable {
  /// A layer of the net, explored or not.
  struct Layer: Encodable {
    var name: String
    var operation: String
    /// Of one picture, the batch in front.
    var shape: [Int]
    /// In input pixels.
    var stride: Double
    /// In input pixels; `nil` where an element sees the whole picture.
    var field: Double?
    var parameters: Int
    var macs: Int
    /// Layers whose outputs it takes.
    var reads: [String]
    /// Predicted unevenness of the gradient at its output; `nil` where it cannot be predicted.
    var grid: Double?
    /// Side of the lattice in its own elements.
    var period: Int?
    /// Folder of its tiles and its units; `nil` where it was not explored.
    var explored: Explored?
  }

  /// What the site holds of a layer.
  struct Explored: Encodable {
    var folder: String
    /// The parts of the site's data that hold ``ExploredDetails``: `<details>-0` of the first ``together`` units, and so on.
    var details: String
    /// Units in a part: a page waits for no more of them.
    var together = 128
    /// Folder of the sheets of crops; `nil` where no pictures were given.
    var crops: String?
    /// Folder of the other net's tiles; `nil` where no net stands beside this one, or it has no such layer.
    var against: String?
    /// The part of the site's data that holds ``ExploredMitigations``; `nil` where none were made.
    var mitigations: String?
    /// The command line that makes pictures of this layer, but for the units: words in front of them and behind.
    var command: [String]
    var units: [Unit]
  }

  /// A channel and its picture.
  struct Unit: Codable {
    var unit: Int
    /// Of the finished picture, as the layer gives it.
    var activation: Float
    /// Share of the picture's fine detail on the net's lattice, less what white noise would have there; `nil` where
    /// the picture is too small to tell.
    var grid: Double?
    /// Whether the gradient at the finished picture is zero everywhere.
    var isDead: Bool
    /// The first and the last of the units that were made in one pass: together they come out the same again.
    var pass: [Int]
    var width: Int
    var height: Int
    /// The unit's activation at the picture that was made to lower it; `nil` where none was.
    var negative: Float?
    /// Of its responses with those of the same unit of the other net.
    var correlation: Double?
    /// ``GradientFlow/shares``; `nil` without pictures, or where the net has no row of classes.
    var flow: Double?
    /// ``KernelChain/places``; `nil` of all that are no convolutions.
    var place: Int?

    private enum CodingKeys: String, CodingKey {
      case unit, activation, grid, pass, width, height, negative, correlation, flow, place
      case isDead = "dead"
    }
  }

  /// A band of the gradient at the input and the layer that brings it in.
  struct Band: Encodable {
    var period: Int
    /// On average, and between which figures it lies.
    var cv2: Double
    var lower: Double
    var upper: Double
    var verdict: Verdict
    var layer: String?
  }

  var model: String
  /// 1×C×H×W.
  var input: [Int]
  var sentences: [String]
  var bands: [Band]
  var layers: [Layer]
  /// The reader's pictures that have a page.
  var pictures: [ExploredPictures.Page] = []
  /// The other net whose units stand beside this one's.
  var against: String?
  /// Of the sheets of crops.
  var sheet: Sheet?
  /// By number; empty where nobody knows them.
  var classNames: [String] = []
  /// Classes that have a picture of their own; `nil` where the net has no classes, or no pictures were given.
  var classes: Explored?
  /// What the part `atlas` holds; `nil` where no layer was laid out.
  var atlas: Atlas?
  /// Of a net that makes pictures of random numbers; `nil` of all others.
  var generator: ExploredGenerator?

  /// Which layer is laid out, and how many pictures were made of it.
  struct Atlas: Encodable {
    var layer: String
    var cells: Int
    var groups: Int
  }

  /// How crops lie on a unit's sheet, in pixels.
  struct Sheet: Encodable {
    var side: Int
    var gap: Int
  }
}

extension ExploredNet {
  /// By name, the layers in front of each whose outputs it takes as they are.
  static func readers(in network: BoundNetwork) -> [String: [String]] {
    var makers: [ValueID: String] = [:]
    var reads: [String: [String]] = [:]
    for node in network.nodes {
      var seen: Set<String> = []
      reads[node.name] = node.inputs.compactMap { $0.flatMap { makers[$0] } }.filter { seen.insert($0).inserted }
      for output in node.outputs where network.constants[output] == nil { makers[output] = node.name }
    }
    return reads
  }

  /// Those that are predicted.
  static func bands(_ prediction: PredictFindings) -> [Band] {
    zip(prediction.input.bands, prediction.bounds.bands).map { band, bound in
      Band(
        period: band.period, cv2: band.cv2, lower: bound.lower, upper: bound.upper, verdict: bound.verdict,
        layer: bound.layer)
    }
  }

  /// What is predicted of the net's gradient, in two sentences.
  static func sentences(_ prediction: PredictFindings) -> [String] {
    if let reason = prediction.bounds.reason {
      return ["Nothing is predicted of the gradient at the picture: \(reason)."]
    }
    guard let strongest = bands(prediction).max(by: { $0.upper < $1.upper }), strongest.upper > 0 else {
      return ["The architecture leaves no grid in the gradient at the picture."]
    }
    let range =
      "Its strongest band has period \(strongest.period) with CV² \(short(strongest.lower)) to "
      + short(strongest.upper) + (strongest.layer.map { ", brought in by \($0)" } ?? "")
    let second =
      switch strongest.verdict {
      case .artifact: range + ": a grid."
      case .clean: range + ": no grid to speak of."
      case .open, .nothing: range + ": whether that is a grid is for the weights to decide."
      }
    return [
      "The architecture alone makes the gradient at the picture uneven on a lattice of \(prediction.input.period) pixels: "
        + "CV² \(short(prediction.input.cv2)) on average.", second,
    ]
  }

  private static func short(_ value: Double) -> String { String(format: "%.2g", value) }
}
