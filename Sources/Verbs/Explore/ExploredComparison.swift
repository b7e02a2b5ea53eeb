import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamSignals
import GinghamTensors

/// The same units of another net, such as the net repaired or another checkpoint: their pictures, and how alike both
/// respond to the reader's pictures.
struct ExploredComparison {
  let model: Model
  let context: RunContext
  /// Layers of the selection that both nets have with equally many units.
  let selection: [String: [Int]]
  /// Selected layers that the other net has not, or not so.
  let missing: [String]
  /// Correlation of the unit's mean activations over the reader's pictures, by layer and unit; `nil` where one side does not
  /// vary, or fewer than three pictures are there.
  private(set) var correlations: [String: [Int: Double]] = [:]

  /// A unit of the other net.
  struct Unit: Encodable {
    var file: String
    var activation: Float
    var grid: Double?
    var isDead: Bool
    var bands: [ExploredDetails.Band]
    /// ``ExploredComparison/correlations``.
    var correlation: Double?

    private enum CodingKeys: String, CodingKey {
      case file, activation, grid, bands, correlation
      case isDead = "dead"
    }
  }

  /// Pictures that are kept together when a run is cut short.
  private static let together = 64

  /// - Throws: what loading a net does; where no layer fits, what the first fails with: ``NetworkError``, ``ObjectiveError``.
  init(
    _ source: ModelSource, _ specification: String, _ selection: UnitSelection, size: PictureSize, context: RunContext
  )
    throws
  {
    var other = source
    other.specification = specification
    model = try context.load(other)
    self.context = context
    try model.requirePictures()
    var found: [String: [Int]] = [:]
    var reason: (any Error)?
    for (layer, units) in selection.layers {
      do {
        guard let last = units.max() else { continue }
        _ = try model.channels(of: layer, within: last...last, size: size)
        found[layer] = units
      } catch let error as InterruptionError {
        throw error
      } catch {
        reason = reason ?? error
      }
    }
    self.selection = found
    missing = selection.layers.map(\.name).filter { found[$0] == nil }
    if found.isEmpty, let reason { throw reason }
  }

  /// Takes the pictures through both nets.
  ///
  /// - Parameter own: the net that is explored.
  /// - Throws: ``NetworkError``, ``EngineError``.
  mutating func correlate(
    with own: Model, over pictures: [String], _ engines: (own: any Differentiator, other: any Differentiator)
  ) throws {
    let layers = selection.keys.sorted()
    guard pictures.count > 2 else { return }
    let both = try [(own, engines.own), (model, engines.other)].map { model, engine in
      let values = try layers.map(model.network.value)
      return (
        model,
        try engine.plan(
          PlanRequest(inputShapes: [model.inputShape(batch: 1)], targets: values, gradients: [], readsMaps: true))
      )
    }
    var sums = layers.flatMap { layer in (selection[layer] ?? []).map { _ in Covariance() } }
    for first in stride(from: 0, to: pictures.count, by: Self.together) {
      let part = pictures[first..<min(first + Self.together, pictures.count)]
      let rows = try context.once(named: "against \(part)") { [selection, context] in
        var rows: [Float] = []
        for (place, path) in part.enumerated() {
          context.progress.step("both nets", first + place, of: pictures.count)
          try Interruption.check()
          for (model, plan) in both {
            for (layer, map) in zip(layers, try plan.forward([model.input(pictureAt: path)])) {
              try map.requireFinite("'\(layer)' at '\(path)'")
              let area = map.count / map.shape[1]
              rows += map.withUnsafeBufferPointer { map in
                (selection[layer] ?? []).map { unit in
                  Float(map[(unit * area)..<((unit + 1) * area)].reduce(0) { $0 + Double($1) } / Double(area))
                }
              }
            }
          }
        }
        return Finished(value: part.count, tensors: [Tensor([part.count, 2, rows.count / (2 * part.count)], rows)])
      }.tensors[0].scalars
      for place in 0..<part.count {
        let start = place * 2 * sums.count
        for unit in sums.indices { sums[unit].add(Double(rows[start + unit]), Double(rows[start + sums.count + unit])) }
      }
    }
    var rest = sums[...]
    for layer in layers {
      for unit in selection[layer] ?? [] { correlations[layer, default: [:]][unit] = rest.removeFirst().correlation }
    }
  }
}

/// Pearson's correlation of pairs that come one after the other (Welford 1962).
struct Covariance {
  private var (count, meanA, meanB, ab, aa, bb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

  mutating func add(_ a: Double, _ b: Double) {
    count += 1
    let (fromA, fromB) = (a - meanA, b - meanB)
    meanA += fromA / count
    meanB += fromB / count
    ab += fromA * (b - meanB)
    aa += fromA * (a - meanA)
    bb += fromB * (b - meanB)
  }

  /// `nil` where one side does not vary.
  var correlation: Double? { aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil }
}

extension ExploredTiles {
  /// The units of a layer of the other net, by their numbers; empty where it has no such layer.
  ///
  /// - Throws: what a visualization does, and the folder.
  func make(_ comparison: ExploredComparison, _ layer: String, into folder: String) throws
    -> [Int: ExploredComparison.Unit]
  {
    guard let units = comparison.selection[layer] else { return [:] }
    let made = try make(layer, units, batch: settings.recipe.batch, into: folder, behind: 0)
    return Dictionary(
      uniqueKeysWithValues: made.map { made in
        let unit = made.unit
        return (
          unit.unit,
          ExploredComparison.Unit(
            file: "\(folder)/\(unit.unit).webp", activation: unit.activation, grid: unit.grid, isDead: unit.isDead,
            bands: made.bands, correlation: comparison.correlations[layer]?[unit.unit])
        )
      })
  }
}
