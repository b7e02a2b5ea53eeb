import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// Makes the pictures of units that a site shows, several in a pass.
struct ExploredTiles {
  let model: Model
  let settings: ExploreSettings
  let context: RunContext
  let differentiator: any Differentiator
  /// Pictures that the site will have, for progress.
  let total: Int
  /// What passes are called in front of their layer, where another net has the same.
  var name = ""
  /// Beside which those of the units' pictures are held.
  var ways: ExploredWays?

  /// A unit's entry on the site, and the bands of its picture's gradient.
  struct Made {
    var unit: ExploredNet.Unit
    var bands: [ExploredDetails.Band]
    /// Of its picture, where there are ways to compare.
    var means: [Float]?
  }

  /// What a pass leaves behind for the end of the run: pictures as they are shown, since those of thousands as arrays
  /// would fill gigabytes.
  struct Pass: Codable {
    var units: [ExploredNet.Unit]
    var bands: [[ExploredDetails.Band]]
    var pictures: [Data]
    /// Of the units' negatives; empty where none are made.
    var negatives: [Data]
  }

  /// Writes `<folder>/<unit>.webp`, and `<folder>/<unit>-negative.webp` where negatives are asked for. Passes that a run
  /// before this one has finished are taken from it.
  ///
  /// - Parameters:
  ///   - batch: units in a pass.
  ///   - done: pictures that were made before.
  /// - Throws: what a visualization does, and the folder.
  func make(_ layer: String, _ units: [Int], batch: Int, into folder: String, behind done: Int) throws -> [Made] {
    let owners = try owners(of: layer)
    return try units.parted(by: batch).enumerated().flatMap { number, part in
      let pass = try context.once(named: "\(name)\(layer) \(part)") {
        let (pass, means) = try self.pass(layer, part, owners, behind: done + number * batch)
        return Finished(value: pass, tensors: means)
      }
      let means = pass.tensors.map(\.scalars)
      let found = pass.value
      for (place, unit) in found.units.enumerated() {
        try context.folder?.write("\(folder)/\(unit.unit).webp", data: found.pictures[place])
        if settings.negative {
          try context.folder?.write("\(folder)/\(unit.unit)-negative.webp", data: found.negatives[place])
        }
      }
      return found.units.indices.map {
        Made(unit: found.units[$0], bands: found.bands[$0], means: means.isEmpty ? nil : means[$0])
      }
    }
  }

  /// The layers that bring in the bands of a layer's gradient, by period; empty where that cannot be predicted.
  func owners(of layer: String) throws -> [Int: String] {
    let sized = model.sized(settings.recipe.inputSize(of: model))
    let value = try sized.gradientValue(ofLayer: nil)
    let objective = EachChannelObjective(layer: layer, channels: [0])
    return try Expectation(of: objective, in: sized, at: [value]).survey(at: value).layers
  }

  /// Makes pictures and writes nothing.
  ///
  /// - Parameter owners: of bands, by period.
  func pass(_ layer: String, _ units: [Int], _ owners: [Int: String], behind done: Int) throws -> (
    Pass, means: [Tensor]
  ) {
    let shown = try visualize(layer, units, behind: done, reversed: false)
    var pass = Pass(units: [], bands: [], pictures: [], negatives: [])
    for (place, unit) in units.enumerated() {
      let picture = try Visualizer.picture(shown.visualization.pictures.sample(place))
      let found = shown.findings.images[place]
      pass.pictures.append(Data(try picture.encodedWebP(path: "\(layer):\(unit)")))
      pass.bands.append((found.measures.gradientLattice?.bands ?? []).map { .init($0, layer: owners[$0.period]) })
      pass.units.append(
        .init(
          unit: unit, activation: found.activation, grid: found.measures.latticeShare,
          isDead: shown.visualization.gradient.sample(place).isZero, pass: [units[0], units[units.count - 1]],
          width: picture.width, height: picture.height))
    }
    let means = try ways.map { ways in
      try units.indices.map { place in
        let values = try ways.paths.means(of: shown.visualization.pictures.sample(place).shown(at: ways.size))
        return Tensor([values.count], values)
      }
    }
    guard settings.negative else { return (pass, means ?? []) }
    let reversed = try visualize(layer, units, behind: done, reversed: true)
    for (place, unit) in units.enumerated() {
      let picture = try Visualizer.picture(reversed.visualization.pictures.sample(place))
      pass.negatives.append(Data(try picture.encodedWebP(path: "\(layer):\(unit)")))
      pass.units[place].negative = -reversed.findings.images[place].activation
    }
    return (pass, means ?? [])
  }

  /// One of a pass's pictures as it is, as PNG.
  ///
  /// - Parameter place: of the unit among those of the pass.
  func exact(_ layer: String, _ units: [Int], at place: Int) throws -> Data {
    let pictures = try visualize(layer, units, behind: 0, reversed: false).visualization.pictures
    return Data(try Visualizer.picture(pictures.sample(place)).encodedPNG())
  }

  private func visualize(_ layer: String, _ units: [Int], behind done: Int, reversed: Bool) throws -> Visualizer.Result
  {
    var recipe = settings.recipe
    recipe.batch = units.count
    let visualizer = try Visualizer(
      model, channels: units, of: layer, lowers: reversed, recipe: recipe, seed: settings.seed,
      differentiator: differentiator)
    return try visualizer.run { step, _ in
      context.progress.step("steps", done * recipe.steps + step * units.count, of: total * recipe.steps)
    }
  }
}

extension Array {
  /// In order, so many at a time.
  func parted(by count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
