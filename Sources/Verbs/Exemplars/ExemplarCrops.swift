import Foundation
import GinghamImaging
import GinghamModels
import GinghamReporting
import GinghamTensors

/// Draws what excites units: a sheet of crops for each unit, strongest first, and a sheet of the strongest of all units
/// for each layer.
struct ExemplarCrops: Sendable {
  let index: ExemplarSearch.Index
  let model: Model
  /// Of a crop's cell, in pixels.
  let side: Int

  /// Pixels between crops.
  static let gap = 2

  /// Crops in a row of a unit's sheet.
  static func columns(of count: Int) -> Int { Int(Double(max(count, 1)).squareRoot().rounded(.up)) }

  /// What may be held of crops at once.
  private static let memory = 1 << 27

  /// Writes `<folder>/<layer>/<unit>.webp`, layers counted from 0, and `<folder>/<layer>.webp`.
  ///
  /// - Throws: what reading the pictures throws, ``ImageError``, ``FormatError/unwritable(path:reason:)``.
  func draw(into folder: RunFolder, under name: String, in context: RunContext) throws {
    let most = max(index.layers.first?.units.first?.activity.exemplars.count ?? 1, 1)
    let together = max(Self.memory / (12 * side * side * most), 1)
    let total = index.layers.reduce(0) { $0 + $1.units.count }
    var done = 0
    for (number, layer) in index.layers.enumerated() {
      var strongest: [Picture] = []
      for first in stride(from: 0, to: layer.units.count, by: together) {
        let part = layer.units[first..<min(first + together, layer.units.count)]
        let crops = try crops(of: part.map(\.activity.exemplars), in: layer, context)
        for (unit, crops) in zip(part, crops) {
          let sheet = try Picture.montage(crops, columns: Self.columns(of: crops.count), gap: Self.gap)
          try folder.write("\(name)/\(number)/\(unit.number).webp", data: Data(sheet.encodedWebP(quality: 75)))
          strongest.append(crops[0])
          done += 1
          context.progress.step("crops", done, of: total)
        }
      }
      let sheet = try Picture.montage(strongest, columns: Self.columns(of: strongest.count), gap: Self.gap)
      let scale = min(1, 4096 / Double(max(sheet.height, sheet.width)))
      let shown =
        scale < 1
        ? sheet.resized(height: Int(Double(sheet.height) * scale), width: Int(Double(sheet.width) * scale)) : sheet
      try folder.write("\(name)/\(number).webp", data: Data(shown.encodedWebP(quality: 75)))
    }
  }

  /// The crops of several units, each picture read once.
  private func crops(of units: [[UnitActivity.Exemplar]], in layer: ExemplarSearch.Layer, _ context: RunContext) throws
    -> [[Picture]]
  {
    var wanted: [Int: [(unit: Int, rank: Int)]] = [:]
    for (unit, exemplars) in units.enumerated() {
      for (rank, exemplar) in exemplars.enumerated() { wanted[exemplar.picture, default: []].append((unit, rank)) }
    }
    var crops: [[Picture?]] = units.map { $0.map { _ in nil } }
    var failure: (any Error)?
    let places = wanted.sorted { $0.key < $1.key }
    context.team.forEach(places, ahead: 2 * context.team.threads) { number, places in
      Result {
        let picture = try Picture(model.input(pictureAt: index.pictures[number]))
        return try places.map { place in
          (place, try crop(units[place.unit][place.rank], of: picture, in: layer))
        }
      }
    } use: { (result: Result<[((unit: Int, rank: Int), Picture)], any Error>) in
      do {
        for (place, picture) in try result.get() { crops[place.unit][place.rank] = picture }
      } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    try Interruption.check()
    return crops.map { $0.compactMap { $0 } }
  }

  /// In the middle of a grey square. Fields of few pixels show them as squares.
  private func crop(_ exemplar: UnitActivity.Exemplar, of picture: Picture, in layer: ExemplarSearch.Layer) throws
    -> Picture
  {
    let (rows, columns) = layer.crop(
      of: exemplar, in: PictureSize(height: picture.height, width: picture.width))
    guard !rows.isEmpty, !columns.isEmpty else { return try Picture(Tensor([3, side, side], repeating: 0.5)) }
    let seen = picture.rgb.pixels.slice(axis: 1, rows).slice(axis: 2, columns)
    let scale = Double(side) / Double(max(rows.count, columns.count))
    let (height, width) = (
      max(Int((Double(rows.count) * scale).rounded()), 1), max(Int((Double(columns.count) * scale).rounded()), 1)
    )
    let shown = try Picture(seen).resized(height: height, width: width, kernel: scale > 2 ? .nearest : .bilinear)
    guard (height, width) != (side, side) else { return shown }
    let (top, left) = ((side - height) / 2, (side - width) / 2)
    var cell = Tensor([3, side, side], repeating: 0.5)
    cell.withUnsafeMutableBufferPointer { target in
      shown.pixels.withUnsafeBufferPointer { source in
        for row in 0..<(3 * height) {
          let start = ((row / height) * side + top + row % height) * side + left
          for column in 0..<width { target[start + column] = source[row * width + column] }
        }
      }
    }
    return try Picture(cell)
  }
}
