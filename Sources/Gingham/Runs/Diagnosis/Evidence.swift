import GinghamArtifacts
import GinghamImaging
import GinghamReporting
import GinghamSignals
import GinghamTensors

/// What shows a finding.
struct Evidence {
  let diagnosis: Diagnosis

  enum Drawing {
    case pixels(Picture, caption: String)
    case figure(Figure, caption: String)

    func picture() throws -> Picture {
      switch self {
      case .pixels(let picture, _): picture
      case .figure(let figure, _): try figure.picture()
      }
    }

    func append(to report: inout HTMLReport) throws {
      switch self {
      case .pixels(let picture, let caption): try report.picture(picture, caption: caption)
      case .figure(let figure, let caption): try report.figure(figure, caption: caption)
      }
    }
  }

  /// The first is the finding's evidence file.
  ///
  /// - Throws: ``ImageError``.
  func drawings(of finding: FaultFinding) throws -> [Drawing] {
    guard let worst = finding.worst, let index = diagnosis.signs.firstIndex(where: { $0.name == worst }),
      let channels = try Self.channels(named: worst)
    else { return [] }
    // Arrays may have any number of channels; only colours are drawn as such.
    let drawn = channels.count == 3 ? channels : [Plane.luma(of: channels)]
    let picture = try Picture(.stacked(drawn.map { $0.tensor.reshaped(to: [1, $0.height, $0.width]) })).rgb
    switch finding.fault {
    case .checkerboard:
      guard let period = finding.period else { return [] }
      return try lattice(of: picture, channels: channels, period: period, name: worst)
    case .blur: return try [blur(channels: channels, name: worst), .pixels(picture, caption: worst)]
    case .banding: return try [levels(of: diagnosis.signs[index]), .pixels(picture, caption: worst)]
    case .colour: return try [colours(), .pixels(picture, caption: "\(worst), the farthest from the reference")]
    case .distortion: return try distortion(of: picture, signs: diagnosis.signs[index])
    }
  }

  /// The channels of a picture, or of one sample of an array, read again.
  private static func channels(named name: String) throws -> [Plane]? {
    let path = name.hasSuffix("]") ? String(name[..<(name.lastIndex(of: "[") ?? name.endIndex)]) : name
    let samples = try MeasureRun.samples(of: path.lowercased().hasSuffix(".npy") ? path : name)
    return samples.first { $0.name == name }?.channels
  }

  private func lattice(of picture: Picture, channels: [Plane], period: Int, name: String) throws -> [Drawing] {
    guard let map = try? LatticeTileMap(of: channels, period: period) else {
      return [.pixels(picture, caption: name)]
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
    return try [
      .pixels(
        .montage([picture, overlay], columns: 2, gap: 8),
        caption: "\(name), and where its lattice of period \(period) is strong"),
      .pixels(enlarged, caption: "Its strongest \(side)×\(side) pixels, \(scale)× and with full contrast"),
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
      let channels = try Self.channels(named: usual.name)
    {
      all.append(try series("sharpest of the reference", Plane.luma(of: channels)))
    }
    let plot = Plot(
      "Power by frequency", x: Axis("frequency (cycles/px)", range: 0...0.5),
      y: Axis("mean power", scale: .logarithmic), series: all)
    return .figure(try plot.figure(), caption: "\(name): a blur empties the high frequencies")
  }

  private func levels(of signs: PictureSigns) throws -> Drawing {
    let plot = Plot(
      "Samples of each level", x: Axis("level (of 255)", range: 0...255), y: Axis("samples"),
      series: [Series("", y: (signs.levels?.histogram ?? []).map(Double.init))])
    return .figure(try plot.figure(), caption: "\(signs.name): gaps are levels that never occur")
  }

  private func colours() throws -> Drawing {
    func mean(_ set: [PictureSigns]) -> [Double] {
      let pictures = set.compactMap(\.colours)
      let bins = (0..<ColourStatistics.hueBins).map { bin in
        pictures.reduce(0) { $0 + $1.hue[bin] * $1.meanChroma }
      }
      let total = bins.reduce(0, +)
      return bins.map { total > 0 ? 100 * $0 / total : 0 }
    }
    let degrees = (0..<ColourStatistics.hueBins).map { 10 * Double($0) + 5 }
    let plot = Plot(
      "Hue, weighted by chroma", x: Axis("CIELAB hue (degrees)", range: 0...360), y: Axis("share of all chroma (%)"),
      series: [
        Series("these pictures", x: degrees, y: mean(diagnosis.signs)),
        Series("reference", x: degrees, y: mean(diagnosis.reference), style: .dashedLine),
      ])
    return .figure(try plot.figure(), caption: "0° is red, 90° yellow, 180° green, 270° blue")
  }

  private func distortion(of picture: Picture, signs: PictureSigns) throws -> [Drawing] {
    guard let tiles = signs.tiles, let norm = diagnosis.norm else { return [.pixels(picture, caption: signs.name)] }
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
    return try [
      .pixels(
        .montage([picture, overlay], columns: 2, gap: 8),
        caption: "\(signs.name), and its tiles beyond the threshold")
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
