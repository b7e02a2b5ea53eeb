import Foundation
import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamSignals
import GinghamTensors

/// Makes the atlas of a layer over the reader's pictures, and the groups of its channels.
struct AtlasMaker {
  let model: Model
  let layer: String
  let settings: ExploreSettings
  let context: RunContext
  let differentiator: any Differentiator
  private let plan: any GradientPlan
  private let view: ChannelView
  /// By channel.
  private let origins: [UnitLinks.Origin?]

  /// Positions that are laid out, at most, and their numbers, which several copies are made of (64 MiB each); of more
  /// pictures each gives fewer.
  private static let most = 16_384
  private static let mostNumbers = 1 << 23
  /// Pictures that are looked at, at most.
  private static let mostPictures = 2048
  /// Positions a cell on average, below which there is nothing to lay out.
  private static let fewest = 2
  private static let listed = 8

  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError/notSpatial(layer:shape:)``.
  init(
    _ model: Model, layer: String, links: UnitLinks, settings: ExploreSettings, context: RunContext,
    _ differentiator: any Differentiator
  ) throws {
    (self.model, self.layer, self.settings, self.context) = (model, layer, settings, context)
    self.differentiator = differentiator
    let value = try model.network.value(ofLayer: layer)
    let bound = try model.bound(leadingTo: [value])
    view = try ChannelView(bound.shapes[bound.resolved(value)] ?? [], layer: layer)
    plan = try differentiator.plan(
      PlanRequest(inputShapes: [model.inputShape(batch: 1)], targets: [value], gradients: []))
    origins = links.origins[layer] ?? []
  }

  /// - Parameters:
  ///   - index: of the pictures; those that could not be looked at are left out.
  ///   - pages: of those that have one, by their place in the index.
  /// - Returns: the atlas, and the groups' places by page; `nil` where there are too few positions to lay out.
  /// - Throws: what a visualization does, ``LinearAlgebraError``, and the folder.
  func make(
    of index: ExemplarSearch.Index, pages: [Int: Int]
  ) throws -> (atlas: ExploredAtlas, places: [Int: ExploredAtlas.Places])? {
    let (points, owners) = try points(of: index)
    guard points.rows >= Self.fewest * settings.cells * settings.cells, points.columns > 1 else { return nil }
    context.progress.step("laying out \(points.rows) positions")
    let layout = try PointLayout(of: points, side: settings.cells)
    let groups = settings.groups > 0 ? NonNegativeFactors(of: points, parts: settings.groups, seed: settings.seed) : nil
    var atlas = ExploredAtlas(
      layer: layer, side: settings.cells, positions: points.rows, pictures: Set(owners).count, shares: layout.shares,
      cells: [], groups: [], unexplained: groups?.unexplained ?? 1)
    let members = Dictionary(grouping: layout.places.indices) {
      layout.places[$0].row * settings.cells + layout.places[$0].column
    }
    let least = max(2, points.rows / (8 * settings.cells * settings.cells))
    let filled = members.filter { $0.value.count >= least }.sorted { $0.key < $1.key }
    let total = filled.count + settings.groups
    let mean = points.meanRow
    for (number, (cell, members)) in filled.enumerated() {
      let inside = Matrix(
        rows: members.count, columns: points.columns,
        values: members.flatMap { points.values[($0 * points.columns)..<(($0 + 1) * points.columns)] })
      // What all positions have in common would make all cells alike.
      let direction = zip(inside.meanRow, mean).map { $0 - $1 }
      let counts = Dictionary(members.compactMap { pages[owners[$0]] }.map { ($0, 1) }, uniquingKeysWith: +)
      atlas.cells.append(
        .init(
          row: cell / settings.cells, column: cell % settings.cells, count: members.count,
          likest: counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.listed)
            .map { .init(page: $0.key, count: $0.value) },
          direction: try self.direction(direction, "cell-\(cell)", number, of: total)))
    }
    guard let groups else { return (atlas, [:]) }
    let shares = Self.shares(of: groups.weights)
    for group in 0..<settings.groups {
      let part = Array(groups.parts.values[(group * points.columns)..<((group + 1) * points.columns)])
      atlas.groups.append(
        .init(
          share: shares[group], colour: GroupColour.all[group].word,
          direction: try direction(part, "group-\(group)", filled.count + group, of: total)))
    }
    var places: [Int: ExploredAtlas.Places] = [:]
    for (picture, page) in pages.sorted(by: { $0.value < $1.value }) {
      places[page] = try self.places(of: groups, inPictureAt: index.pictures[picture], page: page)
    }
    return (atlas, places)
  }

  // MARK: Positions

  /// A row a position, and the place of its picture in the index.
  private func points(of index: ExemplarSearch.Index) throws -> (Matrix, owners: [Int]) {
    let chosen = index.pictures.indices.filter { index.reasons[$0] == nil }.spread(over: Self.mostPictures)
    let most = min(Self.most, Self.mostNumbers / max(view.channels, 1))
    let each = max(1, min(view.positions, most / max(chosen.count, 1)))
    let found = try context.once(named: "atlas of \(layer)") {
      var owners: [Int] = []
      var values: [Float] = []
      for (number, picture) in chosen.enumerated() {
        context.progress.step("positions", number, of: chosen.count)
        try Interruption.check()
        let path = index.pictures[picture]
        let rows = try rows(of: model.input(pictureAt: path), at: path)
        var generator = SeededGenerator(seed: settings.seed, name: "positions", picture)
        let positions = Array(0..<view.positions).shuffled(using: &generator).prefix(each).sorted()
        for position in positions {
          owners.append(picture)
          values += rows.values[(position * rows.columns)..<((position + 1) * rows.columns)].map(Float.init)
        }
      }
      return Finished(value: owners, tensors: [Tensor([owners.count, view.channels], values)])
    }
    return (
      Matrix(rows: found.value.count, columns: view.channels, values: found.tensors[0].scalars.map(Double.init)),
      found.value
    )
  }

  /// The layer at a picture, a position a row.
  ///
  /// - Parameter path: where it came from, for errors.
  private func rows(of input: Tensor, at path: String) throws -> Matrix {
    let map = try plan.forward([input])[0]
    try map.requireFinite("'\(layer)' at '\(path)'")
    return Matrix(rows: view.channels, columns: view.positions, values: map.scalars.map(Double.init)).transposed
  }

  // MARK: Pictures

  /// Makes a picture by itself, so that its command line makes it again.
  private func direction(
    _ direction: [Double], _ name: String, _ number: Int, of total: Int
  ) throws -> ExploredAtlas.Direction {
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let unit = Tensor([direction.count], direction.map { Float(length > 0 ? $0 / length : 0) })
    let (file, vector) = ("atlas/\(name).webp", "atlas/\(name).npy")
    let objective = "cosine:\(layer):\(vector)"
    var recipe = settings.recipe
    recipe.batch = 1
    let made = try context.once("atlas \(name)") {
      let visualizer = try Visualizer(
        model, objective: objective, parsed: CosineDirectionObjective(layer: layer, direction: unit.scalars),
        recipe: recipe, seed: settings.seed, differentiator: differentiator)
      let result = try visualizer.run { step, steps in
        context.progress.step("atlas", number * steps + step, of: total * steps)
      }
      let picture = try Visualizer.picture(result.visualization.pictures.sample(0))
      return Finished(
        value: Made(width: picture.width, height: picture.height, data: Data(try picture.encodedWebP(path: file))))
    }.value
    try context.folder?.write(file, data: made.data)
    try context.folder?.write(vector) { try unit.write(npy: $0) }
    let strongest = unit.scalars.indices.sorted { (-unit.scalars[$0], $0) < (-unit.scalars[$1], $1) }
    return .init(
      file: file, width: made.width, height: made.height,
      units: strongest.prefix(Self.listed).map {
        .init(unit: $0, weight: Double(unit.scalars[$0]), origin: origins.indices.contains($0) ? origins[$0] : nil)
      },
      command: ShellWord.line(
        ["gingham", VisualizeRun.name, model.source.specification] + model.source.words
          + ["--objective", objective, "--recipe", "recipe.yaml", "--batch", "1", "--seed", "\(settings.seed)"]))
  }

  private struct Made: Codable {
    var width: Int
    var height: Int
    var data: Data
  }

  /// Draws where in a picture the groups lie, each in its colour, as bright as it is strong there.
  private func places(
    of groups: NonNegativeFactors, inPictureAt path: String, page: Int
  ) throws -> ExploredAtlas.Places {
    let file = "pictures/\(page)-groups.webp"
    let input = try model.input(pictureAt: path)
    let weights = groups.weights(of: try rows(of: input, at: path))
    let totals = (0..<weights.rows).map { row in
      weights.values[(row * weights.columns)..<((row + 1) * weights.columns)].reduce(0, +)
    }
    let strongest = totals.max() ?? 0
    let colours = Tensor(
      [1, 3, view.height, view.width],
      (0..<3).flatMap { channel in
        (0..<weights.rows).map { row in
          let sum = (0..<weights.columns).reduce(0) { sum, group in
            sum + weights.values[row * weights.columns + group] * Double(GroupColour.all[group].channels[channel])
          }
          return strongest > 0 ? Float(sum / strongest / 255) : 0
        }
      })
    let drawn = try Picture(colours.resized(height: input.shape[2], width: input.shape[3], kernel: .bilinear))
    try context.folder?.write(file, data: Data(try drawn.encodedWebP(path: path)))
    return .init(file: file, shares: Self.shares(of: weights))
  }

  /// Of all weights, each part's.
  private static func shares(of weights: Matrix) -> [Double] {
    let means = weights.meanRow
    let whole = means.reduce(0, +)
    return means.map { whole > 0 ? $0 / whole : 0 }
  }
}

/// Colours that colour-blind readers tell apart (Okabe & Ito 2008).
struct GroupColour {
  /// Red, green and blue in 0…255.
  let channels: [Int]

  /// As styles are written.
  var word: String { "#" + channels.map { String(format: "%02x", $0) }.joined() }

  static let all = [
    [230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178], [213, 94, 0], [204, 121, 167],
    [153, 153, 153],
  ].map(GroupColour.init)
}
