import GinghamLattices
import GinghamTensors

/// Measures the pictures of a set on lattices, and what stands beside them: each by itself, and all together.
///
/// Pictures are measured by ``measure(_:)``, on several threads where there are some, and added in their order, so that
/// figures do not depend on the number of threads.
public struct PictureSurvey: Sendable, Codable {
  /// As asked for, in ascending order.
  public var periods: [Int] { lattices.lattice.periods }
  /// Whether every picture's spectra are kept, and cosine spectra computed.
  public let keepsSpectra: Bool
  private var lattices: PictureSetLattice
  private var pictures = Spilled<MeasuredPicture>()
  private var radial = RadialSpectrumPool()
  private var cosines = CosineSpectrumPool()

  /// - Parameter seeksLocked: whether the set may be large enough to have something in common.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for an empty list.
  public init(
    periods: [Int] = Periods.usual.list, thresholds: LatticeThresholds = LatticeThresholds(),
    keepsSpectra: Bool = false, seeksLocked: Bool = true
  ) throws {
    lattices = try PictureSetLattice(
      periods: periods, thresholds: thresholds, seeksLocked: seeksLocked, seeksMoved: true)
    self.keepsSpectra = keepsSpectra
  }

  /// Keeps what belongs to single pictures somewhere else than in memory: ``eachPicture(_:)`` has them.
  ///
  /// - Parameter storage: of a set that is empty yet.
  package mutating func store(in storage: Storage) {
    pictures = Spilled(in: storage)
    lattices.store(in: storage)
  }

  /// Pictures so far.
  package var count: Int { pictures.count }

  /// Does `body` with each picture in turn.
  ///
  /// - Throws: ``FormatError``, what `body` does.
  package func eachPicture(_ body: (MeasuredPicture) throws -> Void) throws { try pictures.forEach(body) }

  /// One picture, and what the set takes of it.
  public struct Measurement: Sendable {
    var picture: MeasuredPicture
    var channels: [PictureLattice.Channel]
    var radial: RadialSpectrum
    var cosine: Plane?
  }

  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits,
  ///   ``ArtifactError/noMaps`` without a channel.
  public func measure(_ sample: PictureSample) throws -> Measurement {
    let channels = try lattices.measure(sample.channels)
    let luma = Plane.luma(of: sample.channels)
    let radial = try RadialSpectrum(of: [luma])
    let cosine = keepsSpectra && !luma.isLine ? try CosineSpectrum(of: [luma]).logMagnitude : nil
    let figures = PictureFigures(
      lattice: try lattices.lattice.finding(pooling: channels),
      faults: luma.isLine
        ? nil : try PictureFaults(of: sample.channels, luma: luma, spectrum: radial, periods: periods),
      radial: keepsSpectra ? SpectrumFigures(of: radial, height: sample.height, width: sample.width) : nil,
      cosine: cosine.map { SpectrumFigures(profileOf: $0, pictures: 1) })
    let picture = MeasuredPicture(name: sample.place.name, height: sample.height, width: sample.width, figures: figures)
    return Measurement(picture: picture, channels: channels, radial: radial, cosine: cosine)
  }

  /// Adds a picture's measurement.
  public mutating func add(_ measurement: Measurement) {
    let picture = measurement.picture
    lattices.add(measurement.channels)
    radial.add(measurement.radial, height: picture.height, width: picture.width)
    if let cosine = measurement.cosine { cosines.add(cosine) }
    pictures.append(picture)
  }

  /// What was added so far; `nil` before that.
  ///
  /// - Throws: ``ArtifactError``.
  public func finding() throws -> MeasuredSet? {
    guard pictures.count > 0 else { return nil }
    var kept: [MeasuredPicture] = []
    var measured: [PictureFaults] = []
    try pictures.forEach { picture in
      if pictures.isInMemory { kept.append(picture) }
      if let faults = picture.figures.faults { measured.append(faults) }
    }
    let faults = PictureFaults(median: measured)
    let locked = try lattices.lockedFinding()
    let pooled = PictureFigures(
      lattice: try lattices.finding(), faults: faults, radial: radial.mean,
      cosine: cosines.mean.map { SpectrumFigures(profileOf: $0.logMagnitude, pictures: $0.pictures) },
      locked: locked.flatMap { $0.pictures >= PictureSetLattice.fewestLocked ? $0 : nil })
    return MeasuredSet(
      periods: periods, pictures: kept, pooled: pooled, spectrum: lattices.spectrum, cosine: cosines.mean)
  }
}

/// One picture of a set.
public struct MeasuredPicture: Sendable, Codable {
  /// Of the file, and of the picture in it.
  public var name: String
  /// In pixels.
  public var height: Int
  /// In pixels.
  public var width: Int
  /// What was measured on it.
  public var figures: PictureFigures
}

/// The pictures of a set, and what they show together.
public struct MeasuredSet: Sendable {
  /// In ascending order.
  public var periods: [Int]
  /// One a picture; none of a set that is too large for memory.
  public var pictures: [MeasuredPicture]
  /// The medians of all pictures' figures, peaks from powers added up.
  public var pooled: PictureFigures
  /// Mean power of the high-passed channels, H×W of the commonest size; `nil` where all were constant.
  public var spectrum: (power: Plane, maps: Int)?
  /// Mean logarithm of the cosine transform of the commonest size; `nil` where spectra were not kept.
  public var cosine: (logMagnitude: Plane, pictures: Int)?
}

extension PictureSurvey {
  /// Measures pictures in memory.
  ///
  /// - Parameters:
  ///   - pictures: N×C×H×W in 0…1.
  ///   - name: of the picture of each index.
  ///   - progress: told how many of how many are measured.
  /// - Throws: ``ArtifactError/noMaps`` where there are none, ``ArtifactError/tooSmall(height:width:needed:why:)``.
  public static func measure(
    _ pictures: Tensor, periods: [Int], thresholds: LatticeThresholds = LatticeThresholds(), on team: ThreadTeam,
    name: (Int) -> String, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws -> MeasuredSet {
    guard pictures.shape.rank == 4 else { throw ArtifactError.wrongRank(pictures.shape) }
    var survey = try PictureSurvey(
      periods: periods, thresholds: thresholds, seeksLocked: pictures.shape[0] >= PictureSetLattice.fewestLocked)
    try survey.add(pictures, on: team, name: name, progress: progress)
    guard let found = try survey.finding() else { throw ArtifactError.noMaps }
    return found
  }

  /// Measures pictures in memory, side by side, and adds them in their order.
  ///
  /// - Parameters:
  ///   - pictures: N×C×H×W in 0…1.
  ///   - name: of the picture of each index.
  ///   - progress: told how many of how many are measured.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)``.
  package mutating func add(
    _ pictures: Tensor, on team: ThreadTeam, name: (Int) -> String,
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let (count, channels) = (pictures.shape[0], pictures.shape[1])
    let planes = try Plane.planes(of: pictures)
    let empty = self
    let samples = (0..<count).map { index in
      PictureSample(
        SamplePlace(name(index)), channels: Array(planes[(index * channels)..<((index + 1) * channels)]), isArray: true)
    }
    var failure: (any Error)?
    var done = 0
    progress(0, count)
    team.forEach(samples, ahead: 4 * team.threads) { sample in
      Result { try empty.measure(sample) }
    } use: { result in
      switch result {
      case .success(let measurement): add(measurement)
      case .failure(let error): failure = failure ?? error
      }
      done += 1
      progress(done, count)
    }
    if let failure { throw failure }
  }
}
