import Foundation
import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// Streams pictures through a net and keeps, for each unit, its strongest ones and how its activations are distributed.
///
/// Pictures go through one by one, so that no number depends on which of them went together; only reading shares threads.
struct ExemplarSearch {
  /// What was found of a layer.
  struct Layer: Sendable {
    var name: String
    /// Of one picture: 1×C×H×W or 1×C.
    var shape: Shape
    /// Of its map; `nil` where a unit has no position.
    var fields: ReceptiveFields?
    /// Numbers of its units, and what was found of each.
    var units: [(number: Int, activity: UnitActivity)]

    /// Where a unit stands that excites most: row and column; `nil` where it has no position.
    func place(of exemplar: UnitActivity.Exemplar) -> (row: Int, column: Int)? {
      fields.map { _ in (exemplar.position / shape[3], exemplar.position % shape[3]) }
    }

    /// What it sees of the picture there.
    func crop(of exemplar: UnitActivity.Exemplar, in size: PictureSize) -> (rows: Range<Int>, columns: Range<Int>) {
      guard let fields, let (row, column) = place(of: exemplar) else { return (0..<size.height, 0..<size.width) }
      return (fields.rows[row], fields.columns[column])
    }
  }

  /// What was found of all.
  struct Index: Sendable {
    /// As they were named, in the order in which they were looked at.
    var pictures: [String]
    /// By their place in ``pictures``.
    var reasons: [Int: String]
    var layers: [Layer]
    /// What pictures are fitted to.
    var size: PictureSize

    /// Those of ``pictures`` that were looked at.
    var readable: [String] { pictures.indices.filter { reasons[$0] == nil }.map { pictures[$0] } }

    var skipped: [SkippedFile] {
      reasons.sorted { $0.key < $1.key }.map { SkippedFile(path: pictures[$0.key], reason: $0.value) }
    }
  }

  let model: Model
  let selection: UnitSelection
  /// Exemplars that are kept of each unit.
  let strongest: Int
  let context: RunContext

  /// What a run that was cut short has come to.
  private struct State: Codable {
    /// Pictures that were looked at.
    var done: Int
    var reasons: [Int: String]
    /// ``UnitActivity/words`` of all units, behind each other.
    var activities: Data
  }

  private static let unit = "exemplars"

  /// - Throws: ``MeasureError`` where there are no pictures, ``EngineError``, ``NetworkError``, and what the first picture
  ///   fails with where none succeeds.
  func run(over images: [String]) throws -> Index {
    let paths = try InputFiles.listed(images)
    guard !paths.isEmpty else { throw MeasureError.noPictures(in: images) }
    let values = try selection.layers.map { try model.network.value(ofLayer: $0.name) }
    let bound = try model.bound(leadingTo: values)
    let fields = bound.receptiveFields(of: values)
    let plan = try context.differentiator(for: model.network).plan(
      PlanRequest(inputShapes: [model.inputShape(batch: 1)], targets: values, gradients: [], readsMaps: true))
    var layers = selection.layers.enumerated().map { place, layer in
      let (value, shape) = (values[place], plan.targetShapes[place])
      // The elements of what only reads as a map are no rows and columns of pixels.
      let fields = shape == bound.shapes[bound.resolved(value)] ? fields[value] : nil
      return Layer(name: layer.name, shape: shape, fields: fields, units: layer.units.map { ($0, UnitActivity()) })
    }
    var reasons: [Int: String] = [:]
    var done = try resume(&layers, &reasons, pictures: paths.count)
    var (activations, kept) = ([Tensor](), Keeping())
    var first: (any Error)?
    while done < paths.count {
      let part = done..<min(done + 4 * context.team.threads, paths.count)
      let inputs = context.team.map(Array(paths[part])) { [model] path in Result { try model.input(pictureAt: path) } }
      for (number, input) in zip(part, inputs) {
        context.progress.step("pictures", number, of: paths.count)
        try Interruption.check()
        do {
          try plan.forward([input.get()], into: &activations)
          for (layer, map) in zip(layers, activations) {
            try map.requireFinite("'\(layer.name)' at '\(paths[number])'")
          }
          take(activations, of: number, into: &layers)
        } catch let error as InterruptionError {
          throw error
        } catch {
          first = first ?? error
          reasons[number] = "\(error)"
        }
      }
      done = part.upperBound
      if done < paths.count, kept.isDue || !kept.hasKept {
        try kept.keeping { try keep(layers, reasons, done: done) }
      }
    }
    if reasons.count == paths.count, let first { throw first }
    return Index(pictures: paths, reasons: reasons, layers: layers, size: model.pictureSize)
  }

  private func take(_ activations: [Tensor], of picture: Int, into layers: inout [Layer]) {
    for (place, map) in activations.enumerated() {
      let area = map.count / max(map.shape[1], 1)
      map.withUnsafeBufferPointer { map in
        layers[place].units.withUnsafeMutableBufferPointer { units in
          nonisolated(unsafe) let units = units
          nonisolated(unsafe) let map = map
          context.team.share(units.count) { range in
            for index in range {
              let start = units[index].number * area
              units[index].activity.add(
                UnsafeBufferPointer(rebasing: map[start..<(start + area)]), of: picture, keeping: strongest)
            }
          }
        }
      }
    }
  }

  private func keep(_ layers: [Layer], _ reasons: [Int: String], done: Int) throws {
    let words = layers.flatMap { $0.units.flatMap(\.activity.words) }
    try context.store()?.store(
      State(done: done, reasons: reasons, activities: words.withUnsafeBytes { Data($0) }), of: Self.unit, part: "state")
  }

  /// - Returns: how many pictures an earlier run has looked at.
  private func resume(_ layers: inout [Layer], _ reasons: inout [Int: String], pictures: Int) throws -> Int {
    guard let state = context.store()?.value(State.self, of: Self.unit, part: "state"),
      (0...pictures).contains(state.done)
    else { return 0 }
    let all = state.activities.withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) }
    var words = all[...]
    var found = layers
    for layer in found.indices {
      for unit in found[layer].units.indices {
        guard let activity = UnitActivity(&words),
          activity.exemplars.allSatisfy({ (0..<state.done).contains($0.picture) })
        else { return 0 }
        found[layer].units[unit].activity = activity
      }
    }
    (layers, reasons) = (found, state.reasons)
    return state.done
  }
}
