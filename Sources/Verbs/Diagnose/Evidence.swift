import GinghamDiagnosis
import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamSignals
import GinghamTensors

/// What shows a finding.
struct Evidence {
  let diagnosis: Diagnosis

  struct Drawing {
    let figure: Figure
    let caption: String

    init(_ figure: Figure, caption: String) { (self.figure, self.caption) = (figure, caption) }

    /// Pictures beside each other, at a size to look at.
    init(_ title: String, _ tiles: [(picture: Picture, label: String)]) throws {
      let longest = tiles.map { max($0.picture.height, $0.picture.width) }.max() ?? 1
      let sheet = ContactSheet(
        title, tiles: tiles.map { .init($0.picture, label: $0.label) }, columns: tiles.count,
        side: Double(min(max(longest, Evidence.side.lowerBound), Evidence.side.upperBound)))
      try self.init(sheet.figure(), caption: title)
    }
  }

  /// Longest sides of pictures, in 1/96 inch.
  private static let side = 320...512

  /// The first is the finding's evidence file.
  ///
  /// - Throws: ``ImageError``.
  func drawings(of finding: FaultFinding) throws -> [Drawing] {
    guard let signs = diagnosis.signs.first(where: { $0.name == finding.worst }),
      let channels = try PictureSample.sample(at: signs.place)?.channels
    else { return [] }
    // Arrays may have any number of channels; only colours are drawn as such.
    let drawn = channels.count == 3 ? channels : [Plane.luma(of: channels)]
    let picture = try Picture(.stacked(drawn.map { $0.tensor.reshaped(to: [1, $0.height, $0.width]) })).rgb
    switch finding.sign {
    case .lattice(let lattice):
      return try self.lattice(of: picture, channels: channels, period: lattice.period, name: signs.name)
    case .sharedLattice(let shared):
      return try lattice(of: picture, channels: channels, period: shared.band.period, name: signs.name)
    case .blocks: return [try Self.alone(picture, signs.name)]
    case .blur: return [try blur(channels: channels, name: signs.name), try Self.alone(picture, signs.name)]
    case .fewLevels, .saturation:
      return [try levels(of: channels, name: signs.name), try Self.alone(picture, signs.name)]
    case .colour(let difference):
      return [
        try colours(difference.aspect), try Self.alone(picture, "\(signs.name), the farthest from the reference"),
      ]
    case .distortion: return try distortion(of: picture, signs: signs)
    }
  }

  private static func alone(_ picture: Picture, _ title: String) throws -> Drawing {
    try Drawing(title, [(picture, "\(picture.height)×\(picture.width) px")])
  }

  private func lattice(of picture: Picture, channels: [Plane], period: Int, name: String) throws -> [Drawing] {
    let map: LatticeTileMap
    do {
      map = try LatticeTileMap(of: channels, period: period)
    } catch ArtifactError.tooSmall {
      // Not one tile fits: the picture shows all there is.
      return [try Self.alone(picture, name)]
    }
    var field = Tensor([1, picture.height, picture.width])
    field.withUnsafeMutableBufferPointer { target in
      for y in 0..<(map.amplitudes.height * map.side) {
        for x in 0..<(map.amplitudes.width * map.side) {
          target[(map.margin + y) * picture.width + map.margin + x] = Float(
            map.amplitudes[y / map.side, x / map.side])
        }
      }
    }
    let overlay = try HeatMap(of: field, percentile: 100).overlay(on: picture, opacity: 0.7)
    let (top, left) = map.strongest
    // At least 48 pixels, however small the tiles are.
    let side = min(max(map.side, 48), picture.height, picture.width)
    let (y, x) = (min(top, picture.height - side), min(left, picture.width - side))
    let crop = picture.pixels.slice(axis: 1, y..<(y + side)).slice(axis: 2, x..<(x + side))
    let scale = max(1, 384 / side)
    let enlarged = try Picture(crop.stretched).resized(height: side * scale, width: side * scale, kernel: .nearest)
    return [
      try Drawing(
        "\(name): lattice of period \(period)",
        [(picture, "the picture, \(picture.height)×\(picture.width) px"), (overlay, "where the lattice is strong")]),
      try Drawing(
        "\(name): its strongest pixels",
        [(enlarged, "\(side)×\(side) px from row \(y), column \(x) on, \(scale)×, contrast stretched")]),
    ]
  }

  private func blur(channels: [Plane], name: String) throws -> Drawing {
    func series(_ label: String, _ luma: Plane) throws -> Series {
      let spectrum = try RadialSpectrum(of: [luma])
      let points = zip(spectrum.frequencies, spectrum.power).filter { $0 > 0.01 && $1 > 0 }
      return Series(label, x: points.map(\.0), y: points.map { $0.1 / Double(luma.height * luma.width) })
    }
    var all = [try series("this picture", Plane.luma(of: channels))]
    if let usual = diagnosis.reference.min(by: { ($0.blur?.sigma ?? 9) < ($1.blur?.sigma ?? 9) }),
      let channels = try PictureSample.sample(at: usual.place)?.channels
    {
      all.append(try series("sharpest of the reference", Plane.luma(of: channels)))
    }
    let plot = Plot(
      "\(name): power by frequency", x: Axis("frequency (cycles/px)", range: 0...0.5),
      y: Axis("mean power", scale: .logarithmic), series: all)
    return Drawing(try plot.figure(), caption: "A blur empties the high frequencies.")
  }

  private func levels(of channels: [Plane], name: String) throws -> Drawing {
    let plot = Plot(
      "\(name): samples of each level", x: Axis("level (of 255)", range: 0...255), y: Axis("samples"),
      series: [Series("", y: LevelStatistics.histogram(of: channels).map(Double.init))])
    return Drawing(try plot.figure(), caption: "Gaps are levels that never occur.")
  }

  /// What a colour finding of this aspect compares, of the set and of the reference.
  private func colours(_ aspect: ColourDistance.Aspect) throws -> Drawing {
    func mean(_ set: [PictureSigns], _ histogram: (ColourStatistics) -> [Double]) -> [Double] {
      let histograms = set.compactMap(\.colours).map(histogram)
      guard let first = histograms.first else { return [] }
      let sums = first.indices.map { bin in histograms.reduce(0) { $0 + $1[bin] } }
      let total = sums.reduce(0, +)
      return sums.map { total > 0 ? 100 * $0 / total : 0 }
    }
    if aspect == .cast { return try tints() }
    let (title, axis, step, histogram): (String, Axis, Double, (ColourStatistics) -> [Double]) =
      switch aspect {
      case .hue:
        (
          "Hue, weighted by chroma",
          Axis("CIELAB hue (degrees): red, yellow at 90, green, blue at 270", range: 0...360),
          10, { colours in colours.hue.map { $0 * colours.meanChroma } }
        )
      case .saturation: ("Chroma", Axis("chroma C*"), ColourStatistics.binWidth, { $0.chroma })
      case .brightness, .contrast, .cast:
        ("Lightness", Axis("lightness L*", range: 0...100), ColourStatistics.binWidth, { $0.lightness })
      }
    let (own, usual) = (mean(diagnosis.signs, histogram), mean(diagnosis.reference, histogram))
    let places = own.indices.map { (Double($0) + 0.5) * step }
    let plot = Plot(
      title, x: axis, y: Axis("share (%)"),
      series: [
        Series("these pictures", x: places, y: own), Series("reference", x: places, y: usual, style: .dashedLine),
      ])
    return Drawing(try plot.figure(), caption: "\(title) of all these pictures and of the reference")
  }

  /// A point a picture of the set and of the reference.
  private func tints() throws -> Drawing {
    func series(_ name: String, _ set: [PictureSigns]) -> Series {
      let tints = set.compactMap(\.colours?.meanTint)
      return Series(name, x: tints.map(\.x), y: tints.map(\.y), style: .points)
    }
    let plot = Plot(
      "Mean tint", x: Axis("a*, from green to red"), y: Axis("b*, from blue to yellow"),
      series: [series("these pictures", diagnosis.signs), series("reference", diagnosis.reference)])
    return Drawing(try plot.figure(), caption: "The mean tint of every picture, a point each")
  }

  private func distortion(of picture: Picture, signs: PictureSigns) throws -> [Drawing] {
    guard let tiles = signs.tiles, let norm = diagnosis.norm else { return [try Self.alone(picture, signs.name)] }
    let distances = norm.distances(of: tiles)
    var field = Tensor([1, picture.height, picture.width])
    field.withUnsafeMutableBufferPointer { target in
      for y in 0..<(tiles.rows * tiles.side) {
        for x in 0..<(tiles.columns * tiles.side) {
          let distance = distances[y / tiles.side * tiles.columns + x / tiles.side]
          target[y * picture.width + x] = Float(distance > diagnosis.thresholds.tileDistance ? distance : 0)
        }
      }
    }
    let overlay = try HeatMap(of: field, percentile: 100).overlay(on: picture, opacity: 0.7)
    return [
      try Drawing(
        "\(signs.name): tiles that differ",
        [(picture, "the picture, \(picture.height)×\(picture.width) px"), (overlay, "tiles beyond the threshold")])
    ]
  }
}

extension Tensor {
  /// From 0 at the smallest to 1 at the largest element.
  fileprivate var stretched: Tensor {
    let values = scalars
    guard let low = values.min(), let high = values.max(), high > low else { return self }
    return map { ($0 - low) / (high - low) }
  }
}
