import Foundation
import GinghamDifferentiation
import GinghamNetworks
import GinghamSignals
import GinghamTensors

/// Whether a map ranks pixels as the network does: the deletion and insertion games (Petsiuk, Das & Saenko 2018,
/// "RISE").
///
/// Pixels are ranked by the map's magnitude ‖g‖₂ over channels, the earlier first among equals. Deletion replaces the
/// highest ranks first by the picture that normalization maps to zero; insertion puts them first into the picture
/// blurred by a Gaussian of 5 pixels' deviation and 11 taps. The score is the area under the curve, by the trapezoidal
/// rule over the share of changed pixels in 0…1, of the probability of the class that the clean picture settles; for
/// objectives other than a class, of the objective's value over its clean value. A faithful map has low deletion and
/// high insertion.
public struct DeletionInsertion: Sendable {
  /// Areas under both curves, in 0…1 of the objective's own scale (Petsiuk et al. 2018).
  public struct Score: Hashable, Sendable, Encodable {
    /// While pixels are taken away: low is faithful.
    public var deletion: Double
    /// While pixels come in: high is faithful.
    public var insertion: Double

    /// With the properties of the same names.
    public init(deletion: Double, insertion: Double) {
      self.deletion = deletion
      self.insertion = insertion
    }
  }

  /// Points of a curve less one; the authors take one a row of pixels, 224.
  public var steps: Int
  /// Most pictures in one pass; bounds the memory.
  public var batchLimit: Int

  /// With the properties of the same names.
  public init(steps: Int = 28, batchLimit: Int = 8) {
    self.steps = steps
    self.batchLimit = batchLimit
  }

  /// - Parameters:
  ///   - map: 1×C×H×W, of the picture's height and width.
  ///   - picture: 1×C×H×W in 0…1.
  /// - Throws: ``AttributionError/badArgument(_:)`` for a map of another size, and what the engine throws.
  public func score(
    _ map: Tensor, of picture: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Score {
    guard map.shape.rank == 4, map.shape[0] == 1, picture.shape[0] == 1,
      map.shape.dimensions.suffix(2) == picture.shape.dimensions.suffix(2), steps > 0
    else {
      throw AttributionError.badArgument(
        "pixels of a picture of \(picture.shape) cannot be ranked by a map of \(map.shape)")
    }
    let ranking = Self.ranking(of: map)
    let removed = NormalizedUnits(differentiator.network, channels: picture.shape[1]).baseline(picture.shape)
    let blurred = picture.filtered(taps: FilterTaps.gaussian(sigma: 5, radius: 5), border: .reflect)
    let batch = min(batchLimit, steps + 1)
    var shape = picture.shape
    shape[0] = batch
    let first = try ObjectivePass(objective, of: differentiator, inputShapes: [shape], gradientsAt: [])
    let gauge = try Gauge(objective, of: differentiator.network, settledBy: first, at: picture)
    let pass = ObjectivePass(gauge.objective, on: first.plan)
    func area(from start: Tensor, to end: Tensor) throws -> Double {
      let curve = try curve(from: start, to: end, ranking, pass, batch: batch, gauge: gauge)
      return zip(curve, curve.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / Double(steps)
    }
    return Score(
      deletion: try area(from: picture, to: removed), insertion: try area(from: blurred, to: picture))
  }

  /// The gauge at `steps` + 1 pictures that go over from one to the other.
  private func curve(
    from start: Tensor, to end: Tensor, _ ranking: [Int], _ pass: ObjectivePass, batch: Int, gauge: Gauge
  ) throws -> [Double] {
    let (channels, plane) = (start.shape[1], ranking.count)
    var current = start
    var changed = 0
    var pictures: [Tensor] = []
    var curve: [Double] = []
    for step in 0...steps {
      let wanted = step * plane / steps
      end.withUnsafeBufferPointer { end in
        current.withUnsafeMutableBufferPointer { current in
          for pixel in ranking[changed..<wanted] {
            for channel in 0..<channels { current[channel * plane + pixel] = end[channel * plane + pixel] }
          }
        }
      }
      changed = wanted
      pictures.append(current)
      if pictures.count == batch || step == steps {
        let count = pictures.count
        while pictures.count < batch { pictures.append(current) }
        let values = try pass.values(Tensor.stacked(pictures))
        curve += gauge.readings(values, pass.activations).prefix(count)
        pictures.removeAll(keepingCapacity: true)
      }
    }
    return curve
  }

  /// Pixels by falling magnitude.
  static func ranking(of map: Tensor) -> [Int] {
    let plane = map.shape[2] * map.shape[3]
    var energy = [Float](repeating: 0, count: plane)
    map.withUnsafeBufferPointer { values in
      for index in values.indices { energy[index % plane] += values[index] * values[index] }
    }
    return energy.indices.sorted { energy[$0] != energy[$1] ? energy[$0] > energy[$1] : $0 < $1 }
  }
}

/// What a picture's value is compared by.
private struct Gauge {
  /// With `top` settled.
  let objective: any Objective
  private let cleanValue: Double
  /// Whether the network's outputs are probabilities already.
  private let givesProbabilities: Bool

  /// - Parameter pass: of the objective for a batch; the picture fills it.
  init(_ objective: any Objective, of network: Network, settledBy pass: ObjectivePass, at picture: Tensor) throws {
    let batch = [Tensor](repeating: picture, count: pass.plan.request.inputShapes[0][0])
    let values = try pass.values(Tensor.stacked(batch))
    self.objective = objective.settled(by: pass.activations.map { $0.sample(0) })
    cleanValue = Double(values[0])
    givesProbabilities = Self.endsInSoftmax(network)
  }

  /// One a picture: the class's probability, or the value over that of the clean picture.
  func readings(_ values: [Float], _ activations: [Tensor]) -> [Double] {
    guard let classes = objective as? ClassObjective, let outputs = try? activations.first.map(ClassObjective.scores),
      outputs.count > outputs.shape[0]
    else {
      return values.map { cleanValue != 0 ? Double($0) / cleanValue : 0 }
    }
    return classes.classes(of: outputs).enumerated().map { sample, index in
      let row = outputs.sample(sample).scalars.map(Double.init)
      return givesProbabilities ? row[index] : Self.softmax(row)[index]
    }
  }

  private static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let exponentials = logits.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  private static func endsInSoftmax(_ network: Network) -> Bool {
    var value = network.outputs.first
    for node in network.nodes.reversed() {
      guard let wanted = value, node.outputs.contains(wanted) else { continue }
      switch node.operation {
      case .softmax: return true
      case .identity, .reshape, .flatten, .squeeze, .cast: value = node.inputs.first ?? nil
      default: return false
      }
    }
    return false
  }
}
