import GinghamServing

/// A file of a unit's that is made when somebody asks for it: `FOLDER/UNIT.webp`, `FOLDER/RECIPE/UNIT.webp`, both as `.png`, and
/// `FOLDER/UNIT.js`, what its page says of it.
struct LiveTile {
  let layer: LiveNet.Layer
  let unit: Int
  /// One of ``ExploredMitigations/names``; `nil`: the site's own recipe.
  let recipe: String?
  let kind: Kind

  enum Kind: String {
    case picture = "webp"
    case exact = "png"
    case facts = "js"
  }

  /// - Parameters:
  ///   - path: as it was asked for.
  ///   - layers: by the folders of their pictures.
  /// - Returns: `nil` where it names nothing that can be made.
  init?(_ path: [String], of layers: [String: LiveNet.Layer]) {
    guard let file = path.last, let dot = file.lastIndex(of: "."),
      let kind = Kind(rawValue: String(file[file.index(after: dot)...])), let unit = Int(file[..<dot]),
      "\(unit).\(kind.rawValue)" == file
    else { return nil }
    let folders = path.dropLast()
    let recipe = folders.last.flatMap { ExploredMitigations.names.contains($0) ? $0 : nil }
    let folder = folders.dropLast(recipe == nil ? 0 : 1).joined(separator: "/")
    guard let layer = layers[folder], (0..<layer.units).contains(unit), recipe == nil || kind != .facts else {
      return nil
    }
    (self.layer, self.unit, self.recipe, self.kind) = (layer, unit, recipe, kind)
  }

  /// The same of another unit, or of another kind.
  private init(_ layer: LiveNet.Layer, _ unit: Int, _ recipe: String?, _ kind: Kind) {
    (self.layer, self.unit, self.recipe, self.kind) = (layer, unit, recipe, kind)
  }

  func with(unit: Int? = nil, kind: Kind? = nil) -> LiveTile {
    LiveTile(layer, unit ?? self.unit, recipe, kind ?? self.kind)
  }

  /// Of the folder in which it lies.
  var folder: String { recipe.map { ExploredMitigations.folder($0, in: layer.folder) } ?? layer.folder }
  /// Of the part of the site's data that ``Kind/facts`` is.
  var part: String { "\(folder)/\(unit)" }
  /// Relative to the site.
  var name: String { "\(part).\(kind.rawValue)" }
}
