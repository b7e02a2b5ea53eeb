import GinghamLattices
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One sound, or one sample of an array, as it is measured.
public struct SoundSample: Sendable {
  /// Which file, and which sound in it.
  public var place: SamplePlace
  /// One line of 1×L a channel, at least one, all of one length.
  public var channels: [Plane]
  /// Samples a second, in Hz; `nil` where nobody knows.
  public var rate: Int?

  /// With the properties of the same names.
  public init(_ place: SamplePlace, channels: [Plane], rate: Int?) {
    (self.place, self.channels, self.rate) = (place, channels, rate)
  }

  /// Samples a channel.
  public var length: Int { channels.first?.width ?? 0 }

  /// Longer sounds are cut into pieces of so many samples, which are measured like the channels of a picture: shares by
  /// their median, peaks by powers added up. A piece is four seconds of speech, and its spectrum is fine enough to tell a
  /// tone of the lattice from one beside it.
  public static let pieceLength = 1 << 16

  /// Whole pieces of every channel; what is left at the end of a sound of more than one stays out, and so do pieces of
  /// nothing but silence where others are none.
  public var pieces: [Plane] {
    guard length > Self.pieceLength else { return channels }
    let pieces = channels.flatMap { channel in
      (0..<(length / Self.pieceLength)).map {
        channel.crop(rows: 0..<1, columns: ($0 * Self.pieceLength)..<(($0 + 1) * Self.pieceLength))
      }
    }
    let sounding = pieces.filter { piece in piece.values.contains { $0 != piece.values[0] } }
    return sounding.isEmpty ? Array(pieces.prefix(1)) : sounding
  }
}

/// All that is measured of one sound, or of a set of them.
public struct SoundFigures: Codable, Sendable {
  /// What the lattice shows. Its periods are in samples.
  public var lattice: PictureLatticeFinding
  /// `nil` where no period was sought.
  public var search: PeriodSearchFigures?
  /// Samples a second, in Hz; `nil` where nobody knows, and of sets with several rates.
  public var rate: Int?
  /// The largest |x|.
  public var peak: Double
  /// √ of the mean of x² over all samples and channels.
  public var rootMeanSquare: Double
  /// Samples at or beyond ±1.
  public var clippedShare: Double
  /// Of a set of at least ``PictureSetLattice/fewestLocked`` sounds: what they have alike.
  public var locked: LockedLatticeFinding?

  /// The tones of a lattice's band, in Hz: m·rate/P for every m up to P/2 that shares no factor with P.
  public static func tones(ofPeriod period: Int, rate: Int) -> [Double] {
    (1...max(1, period / 2)).filter { greatestCommonDivisor($0, period) == 1 }
      .map { Double($0) * Double(rate) / Double(period) }
  }
}

extension SoundFigures {
  private enum CodingKeys: String, CodingKey {
    case verdict, search, rate, peak, rootMeanSquare, clippedShare, locked
  }

  /// Of what ``encode(to:)`` writes where nothing may be left out.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    lattice = try PictureLatticeFinding(from: decoder)
    search = try PeriodSearchFigures(in: container, forKey: .search)
    rate = try container.decodeIfPresent(Int.self, forKey: .rate)
    peak = try container.decode(Double.self, forKey: .peak)
    rootMeanSquare = try container.decode(Double.self, forKey: .rootMeanSquare)
    clippedShare = try container.decode(Double.self, forKey: .clippedShare)
    locked = try container.decodeIfPresent(LockedLatticeFinding.self, forKey: .locked)
  }

  /// Figures of all kinds stand beside each other.
  public func encode(to encoder: any Encoder) throws {
    try lattice.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lattice.verdict, forKey: .verdict)
    if let search { try container.encode(search.found, forKey: .search) }
    try container.encode(rate, forKey: .rate)
    try container.encode(peak, forKey: .peak)
    try container.encode(rootMeanSquare, forKey: .rootMeanSquare)
    try container.encode(clippedShare, forKey: .clippedShare)
    try container.encodeIfPresent(locked, forKey: .locked)
  }
}

/// Measures the sounds of a set on lattices of samples: each by itself, and all together. The measure is that of
/// pictures, along one axis.
public struct SoundSurvey: Sendable, Codable {
  /// As asked for, in ascending order, in samples.
  public var periods: [Int] { lattices.lattice.periods }
  private var lattices: PictureSetLattice
  private var sounds: [MeasuredSounds.Sound] = []

  /// - Parameter seeksLocked: whether the set may be large enough to have something in common.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for an empty list.
  public init(
    periods: [Int] = Periods.usual.list, thresholds: LatticeThresholds = .sounds, seeksLocked: Bool = true
  ) throws {
    lattices = try PictureSetLattice(periods: periods, thresholds: thresholds, seeksLocked: seeksLocked)
  }

  /// One sound, and what the set takes of it.
  public struct Measurement: Sendable {
    var sound: MeasuredSounds.Sound
    var pieces: [PictureLattice.Channel]
  }

  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits,
  ///   ``ArtifactError/noMaps`` without a channel.
  public func measure(_ sample: SoundSample) throws -> Measurement {
    let pieces = try sample.pieces.flatMap { try lattices.measure([$0]) }
    let levels = SoundLevels(sample.channels)
    return Measurement(
      sound: MeasuredSounds.Sound(
        name: sample.place.name, length: sample.length, channels: sample.channels.count,
        figures: SoundFigures(
          lattice: try lattices.lattice.finding(pooling: pieces), rate: sample.rate, peak: levels.peak,
          rootMeanSquare: levels.rootMeanSquare, clippedShare: levels.clippedShare)), pieces: pieces)
  }

  /// Adds a sound's measurement.
  public mutating func add(_ measurement: Measurement) {
    lattices.add(measurement.pieces)
    sounds.append(measurement.sound)
  }

  /// What was added so far; `nil` before that.
  ///
  /// - Throws: ``ArtifactError``.
  public func finding() throws -> MeasuredSounds? {
    guard let first = sounds.first else { return nil }
    let figures = sounds.map(\.figures)
    let locked = try lattices.lockedFinding()
    let pooled = SoundFigures(
      lattice: try lattices.finding(),
      rate: figures.allSatisfy { $0.rate == first.figures.rate } ? first.figures.rate : nil,
      peak: figures.map(\.peak).max() ?? 0,
      rootMeanSquare: (figures.reduce(0) { $0 + $1.rootMeanSquare * $1.rootMeanSquare } / Double(figures.count))
        .squareRoot(), clippedShare: figures.reduce(0) { $0 + $1.clippedShare } / Double(figures.count),
      locked: locked.flatMap { $0.pictures >= PictureSetLattice.fewestLocked ? $0 : nil })
    return MeasuredSounds(periods: periods, sounds: sounds, pooled: pooled, spectrum: lattices.spectrum)
  }
}

/// The sounds of a set, and what they show together.
public struct MeasuredSounds: Sendable {
  /// A sound by itself.
  public struct Sound: Sendable, Codable {
    /// Of the file, and of the sound in it.
    public var name: String
    /// Samples a channel.
    public var length: Int
    /// Of the sound.
    public var channels: Int
    /// What was measured on it.
    public var figures: SoundFigures
  }

  /// In ascending order.
  public var periods: [Int]
  /// One a sound.
  public var sounds: [Sound]
  /// The medians of all sounds' shares, peaks from powers added up.
  public var pooled: SoundFigures
  /// Mean power of the high-passed pieces, 1×L of the commonest length; `nil` where all were constant.
  public var spectrum: (power: Plane, maps: Int)?
}

/// How loud a sound is.
struct SoundLevels {
  private(set) var peak = 0.0
  private(set) var rootMeanSquare = 0.0
  private(set) var clippedShare = 0.0

  init(_ channels: [Plane]) {
    var (squares, clipped, count) = (0.0, 0, 0)
    for channel in channels {
      for value in channel.values {
        peak = max(peak, abs(value))
        squares += value * value
        // The largest level of 16 bits below 1 counts as reaching it.
        if abs(value) >= 0.99996 { clipped += 1 }
      }
      count += channel.values.count
    }
    guard count > 0 else { return }
    rootMeanSquare = (squares / Double(count)).squareRoot()
    clippedShare = Double(clipped) / Double(count)
  }
}
