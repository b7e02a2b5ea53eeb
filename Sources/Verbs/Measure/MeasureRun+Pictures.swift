import GinghamDiagnosis
import GinghamLattices
import GinghamTensors

extension MeasureRun {
  func pictures(
    _ sources: [Source], progress: (_ what: String, _ done: Int, _ count: Int) -> Void
  ) throws -> Result {
    var set = PictureSet()
    var periods = Lattice.usualPeriods
    switch self.periods {
    case .listed(let listed): periods = listed
    case .search:
      let search = try PeriodSearch()
      forEach(
        sources, measure: { try Self.windowedSpectrum(of: $0) },
        progress: { progress("searching a period", $0, $1) }, use: { set.gather($0) })
      try set.search(search)
      if let whole = set.pooledSearch?.found?.wholePeriod { periods = try Lattice(period: whole).bandPeriods }
    }
    let lattice = try PictureLattice(periods: periods, thresholds: thresholds)
    var pool = PictureLatticePool(lattice)
    var locked = try LockedLattice(periods: periods)
    // Too few pictures have nothing in common to speak of; how many an array holds shows when it is read.
    let looksForLocked = sources.count >= locked.thresholds.pictures || sources.contains(where: \.isArray)
    let empty = locked
    var spectra = SpectrumPool()
    forEach(
      sources,
      measure: { try measured($0, lattice: lattice, locked: looksForLocked ? empty : nil) },
      progress: { progress("measuring", $0, $1) },
      use: { outcome in
        if case .measured(let found) = outcome {
          for channel in found.flatMap(\.channels) {
            pool.add(channel)
            spectra.add(channel)
          }
          for picture in found { picture.shared.map { locked.add($0) } }
        }
        set.add(outcome)
      })
    guard let faults = PictureFaults(median: set.images.map(\.faults)) else {
      throw MeasureError.nothingMeasured(count: sources.count, first: set.skipped.first?.reason ?? "")
    }
    let shared = try locked.finding()
    let pooled = MeasureFindings.PictureFigures(
      lattice: try pool.finding(), search: set.pooledSearch, faults: faults, radial: set.radial.mean,
      cosine: set.cosineProfile, locked: shared.flatMap { $0.pictures >= locked.thresholds.pictures ? $0 : nil })
    return Result(
      findings: MeasureFindings(
        kind: .picture, periods: lattice.periods, thresholds: thresholds,
        images: set.images.map { $0.image(keepsSpectra: keepsSpectra) }, pooled: .picture(pooled),
        skipped: set.skipped),
      spectrum: spectra.commonest, cosine: set.cosineMean, phases: nil)
  }

  /// One picture.
  private func measured(_ sample: Sample, lattice: PictureLattice, locked: LockedLattice?) throws -> MeasuredPicture {
    let channels = try sample.channels.map { try lattice.measure($0, retainsDetail: locked != nil) }
    let luma = Plane.luma(of: sample.channels)
    let radial = try RadialSpectrum(of: [luma])
    return MeasuredPicture(
      name: sample.name, height: sample.height, width: sample.width, channels: channels,
      finding: try lattice.finding(pooling: channels),
      faults: try PictureFaults(of: sample.channels, luma: luma, spectrum: radial, periods: lattice.periods),
      radial: radial, shared: locked?.picture(measured: channels),
      cosine: keepsSpectra ? try CosineSpectrum(of: [luma]).logMagnitude : nil)
  }

  private static func windowedSpectrum(of sample: Sample) throws -> (name: String, spectrum: WindowedSpectrum) {
    var spectrum = WindowedSpectrum(height: sample.height, width: sample.width)
    for channel in sample.channels { spectrum.add(channel) }
    return (sample.name, spectrum)
  }
}

/// What one picture gave.
struct MeasuredPicture: Sendable {
  var name: String
  var height: Int
  var width: Int
  var channels: [PictureLattice.Channel]
  var finding: PictureLatticeFinding
  var faults: PictureFaults
  var radial: RadialSpectrum
  /// What goes into the set's common lattice; `nil` where that is not asked for.
  var shared: LockedLattice.Picture?
  var cosine: Plane?
  var search: MeasureFindings.SearchFigures?

  func image(keepsSpectra: Bool) -> MeasureFindings.Image {
    MeasureFindings.Image(
      path: name, height: height, width: width, channels: finding.maps,
      figures: .picture(
        .init(
          lattice: finding, search: search, faults: faults,
          radial: keepsSpectra
            ? .init(
              frequency: radial.frequencies, value: radial.power, height: height, width: width, pictures: 1) : nil,
          cosine: cosine.map { .init(profileOf: $0, pictures: 1) })))
  }
}

/// Pictures gathered in order.
private struct PictureSet {
  var images: [MeasuredPicture] = []
  var skipped: [MeasureFindings.Skipped] = []
  var radial = RadialPool()
  private var searched: [(name: String, spectrum: WindowedSpectrum)] = []
  private var searches: [String: MeasureFindings.SearchFigures] = [:]
  private(set) var pooledSearch: MeasureFindings.SearchFigures?
  private var cosines: [[Int]: (sum: Plane, pictures: Int)] = [:]

  mutating func gather(_ outcome: MeasureRun.Outcome<(name: String, spectrum: WindowedSpectrum)>) {
    if case .measured(let found) = outcome { searched += found }
  }

  /// Seeks the period of every picture, and of all of the commonest size together.
  mutating func search(_ search: PeriodSearch) throws {
    var pools: [[Int]: WindowedSpectrum] = [:]
    for (name, spectrum) in searched where min(spectrum.height, spectrum.width) >= PeriodSearch.smallestSide {
      searches[name] = .init(found: try search.search(spectrum))
      let size = [spectrum.height, spectrum.width]
      pools[size, default: WindowedSpectrum(height: size[0], width: size[1])].add(spectrum)
    }
    let commonest = pools.values.max { ($0.mapCount, $0.height * $0.width) < ($1.mapCount, $1.height * $1.width) }
    pooledSearch = .init(found: try commonest.flatMap { try search.search($0) })
    searched = []
  }

  mutating func add(_ outcome: MeasureRun.Outcome<MeasuredPicture>) {
    switch outcome {
    case .skipped(let file): skipped.append(file)
    case .measured(let found):
      for var picture in found {
        radial.add(picture.radial, height: picture.height, width: picture.width)
        if let cosine = picture.cosine {
          let size = [picture.height, picture.width]
          let known = cosines.removeValue(forKey: size)
          var sum = known?.sum ?? Plane(height: size[0], width: size[1])
          for index in sum.values.indices { sum.values[index] += cosine.values[index] }
          cosines[size] = (sum, (known?.pictures ?? 0) + 1)
        }
        picture.search = searches[picture.name]
        // What pools have taken is not kept: sets may be large.
        picture.channels = []
        picture.shared = nil
        images.append(picture)
      }
    }
  }

  var cosineMean: (logMagnitude: Plane, pictures: Int)? {
    guard let (sum, pictures) = cosines.values.max(by: { $0.pictures < $1.pictures }) else { return nil }
    return (
      Plane(height: sum.height, width: sum.width, values: sum.values.map { $0 / Double(pictures) }), pictures
    )
  }

  var cosineProfile: MeasureFindings.SpectrumFigures? {
    cosineMean.map { .init(profileOf: $0.logMagnitude, pictures: $0.pictures) }
  }
}

/// Radial spectra by size.
private struct RadialPool {
  private var sums: [[Int]: (power: [Double], frequencies: [Double], pictures: Int)] = [:]

  mutating func add(_ spectrum: RadialSpectrum, height: Int, width: Int) {
    let known = sums.removeValue(forKey: [height, width])
    let sum = known.map { zip($0.power, spectrum.power).map(+) } ?? spectrum.power
    sums[[height, width]] = (sum, spectrum.frequencies, (known?.pictures ?? 0) + 1)
  }

  /// Of the commonest size, of several the largest.
  var mean: MeasureFindings.SpectrumFigures? {
    let found = sums.max { ($0.value.pictures, $0.key[0] * $0.key[1]) < ($1.value.pictures, $1.key[0] * $1.key[1]) }
    return found.map { size, sum in
      .init(
        frequency: sum.frequencies, value: sum.power.map { $0 / Double(sum.pictures) }, height: size[0],
        width: size[1], pictures: sum.pictures)
    }
  }
}

extension MeasureFindings.SpectrumFigures {
  /// The mean over rings of a cosine spectrum, whose element k stands for k/2N cycles a pixel.
  init(profileOf spectrum: Plane, pictures: Int) {
    let size = min(spectrum.height, spectrum.width)
    var sums = [Double](repeating: 0, count: size)
    var counts = sums
    for y in 0..<spectrum.height {
      let down = Double(y) / Double(2 * spectrum.height)
      for x in 0..<spectrum.width {
        let across = Double(x) / Double(2 * spectrum.width)
        let ring = Int((down * down + across * across).squareRoot() * Double(2 * size) + 0.5)
        guard ring < size else { continue }
        sums[ring] += spectrum[y, x]
        counts[ring] += 1
      }
    }
    self.init(
      frequency: sums.indices.map { Double($0) / Double(2 * size) },
      value: zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }, height: spectrum.height, width: spectrum.width,
      pictures: pictures)
  }
}
