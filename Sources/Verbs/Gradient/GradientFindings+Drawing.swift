import Foundation
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension PictureGradients.Result {
  /// Writes the signed heat map, the magnitudes, these over the photograph and without the lattice, the spectrum, and
  /// the energy of the lattice's phases.
  ///
  /// - Parameter prefix: a folder inside `folder`, with a slash at its end, or nothing.
  /// - Throws: ``ImageError``, ``ArtifactError``, ``FormatError``.
  func draw(into folder: RunFolder, under prefix: String) throws {
    let signed = try HeatMap(of: map, reducing: .strongest)
    let magnitude = try HeatMap(of: map, reducing: .norm)
    try folder.write(prefix + "heatmap.png", signed.picture)
    try folder.write(prefix + "magnitude.png", magnitude.picture)
    try folder.write(prefix + "overlay.png", magnitude.overlay(on: photograph))
    try survey.drawEvened(magnitude, into: folder, under: prefix)
    try survey.draw([map], into: folder, under: prefix)
  }

  /// What the network saw; of more than three channels the first three, of two the first.
  var photograph: Picture {
    get throws {
      let shown = input.shape[1] == 2 ? 1 : min(input.shape[1], 3)
      return try Picture(input.slice(axis: 1, 0..<shown))
    }
  }
}

extension RunFolder {
  func write(_ name: String, _ picture: Picture) throws {
    try write(name) { try picture.write(to: $0) }
  }

  /// A folder of its own for what belongs to the picture at `path`, with a slash at its end.
  public func subfolder(for path: String) -> String {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    var name = stem
    var number = 2
    while files.contains(where: { $0.hasPrefix(name + "/") }) {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name + "/"
  }
}
