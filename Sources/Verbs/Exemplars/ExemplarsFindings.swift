import GinghamReporting

/// What `exemplars` finds, in short; `exemplars.sqlite` holds all of it.
public struct ExemplarsFindings: RunFindings {
  /// A layer's units together.
  public struct Layer: Encodable, Sendable {
    /// As objectives name it.
    public var layer: String
    /// Units that were looked at.
    public var units: Int
    /// Of its map for one picture; `nil` where units have no position.
    public var height: Int?
    /// Of its map for one picture; `nil` where units have no position.
    public var width: Int?
    /// The largest crop of an exemplar, rows and columns in pixels of the net's input.
    public var crop: [Int]
    /// Units that were above zero in no picture.
    public var silent: [Int]
    /// The median over units of their 99th percentile: what counts as strong here.
    public var strong: Float
    /// The picture that is the strongest of most units, and of how many.
    public var favourite: Favourite
  }

  /// A picture and the units that it excites most.
  public struct Favourite: Encodable, Sendable {
    /// As it was named.
    public var path: String
    /// Whose strongest exemplar it is.
    public var units: Int
  }

  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// That were looked at.
  public var pictures: Int
  /// Exemplars of each unit.
  public var strongest: Int
  /// In the order of the net, or as they were named.
  public var layers: [Layer]
  /// With their reasons; `nil`: none.
  public var skipped: [SkippedFile]?
}

extension ExemplarsFindings {
  init(_ index: ExemplarSearch.Index, of model: String, strongest: Int) {
    self.model = model
    self.strongest = strongest
    pictures = index.pictures.count - index.reasons.count
    layers = index.layers.map { Layer($0, of: index) }
    skipped = index.reasons.isEmpty ? nil : index.skipped
  }

  /// For the terminal.
  public var text: String {
    var table = TextTable([
      ("layer", .left), ("units", .right), ("map", .right), ("crop", .right), ("silent", .right), ("strong", .right),
    ])
    for layer in layers {
      table.append([
        layer.layer, "\(layer.units)", layer.height.flatMap { y in layer.width.map { "\(y)×\($0)" } } ?? "",
        "\(layer.crop[0])×\(layer.crop[1])", layer.silent.isEmpty ? "" : "\(layer.silent.count)",
        String(format: "%.4g", Double(layer.strong)),
      ])
    }
    let units = layers.reduce(0) { $0 + $1.units }
    let skipped = (skipped ?? []).map { "\nskipped: \($0.reason)" }.joined()
    return "\(pictures) pictures, \(units) units of \(model)\n\(table.description)\(skipped)"
  }
}

extension ExemplarsFindings.Layer {
  fileprivate init(_ found: ExemplarSearch.Layer, of index: ExemplarSearch.Index) {
    layer = found.name
    units = found.units.count
    (height, width) = found.fields == nil ? (nil, nil) : (found.shape[2], found.shape[3])
    let crops = found.units.flatMap { $0.activity.exemplars.map { found.crop(of: $0, in: index.size) } }
    crop = [crops.map(\.rows.count).max() ?? 0, crops.map(\.columns.count).max() ?? 0]
    silent = found.units.filter { $0.activity.most <= 0 }.map(\.number)
    let strong = found.units.compactMap { $0.activity.quantile(0.99) }.sorted()
    self.strong = strong.isEmpty ? 0 : strong[strong.count / 2]
    var wins: [Int: Int] = [:]
    for unit in found.units { unit.activity.exemplars.first.map { wins[$0.picture, default: 0] += 1 } }
    let best = wins.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
    favourite = .init(path: best.map { index.pictures[$0.key] } ?? "", units: best?.value ?? 0)
  }
}
