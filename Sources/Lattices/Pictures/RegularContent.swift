import GinghamSignals
import GinghamTensors

/// What is regular in a picture without being a decoder's grid: rules, lines of text, tables, steps of a ramp, compressed
/// and dithered files.
///
/// Most grids that layers paint modulate rows and columns together, so that their spectra have frequencies off the axes.
/// Those along one axis are told from rules by what the rest of the picture is: rules are drawn to be seen, on paper.
public enum RegularContent: String, Hashable, Sendable, Codable {
  /// Lines along one axis, or along both without anything at their crossings, in a picture that is drawn: see
  /// ``DrawingSigns``.
  case rules
  /// Whole cells of the lattice are exactly one colour.
  case plainAreas = "plain_areas"
  /// Rounding of a smooth ramp.
  case steps
  /// A compressed file's blocks of 8 pixels: the picture steps at their edges, with either sign.
  case blocks
  /// Colours stored at half the resolution and interpolated by the decoder, whose rounding alternates (JPEG 4:2:0): the
  /// luma is without it.
  case colourInterpolation = "colour_interpolation"
  /// Few levels, mixed by thresholds in a fixed order.
  case orderedDither = "ordered_dither"

  /// Of the peaks of one band.
  ///
  /// - Parameters:
  ///   - plainShare: of cells of the lattice that are one colour, without those at the ends of the range, which may be
  ///     clipped.
  ///   - strength: power of its highest frequency in evened detail, as a share of that.
  init?(_ peaks: SpectralPeaks, period: Int, plainShare: Double, strength: Double, signs: DrawingSigns) {
    if signs.isDithered(period: period) {
      self = .orderedDither
      return
    }
    if plainShare >= Self.leastPlainShare {
      self = .plainAreas
      return
    }
    var (rows, columns, crossings) = (0.0, 0.0, 0.0)
    for peak in peaks.peaks where peak.exactPeriod == period {
      // What may be hidden by the surroundings counts as there.
      switch (peak.row, peak.column) {
      case (_, 0): rows = max(rows, peak.power)
      case (0, _): columns = max(columns, peak.power)
      default: crossings = max(crossings, peak.power + 2 * peak.surroundings)
      }
    }
    let (main, other) = (max(rows, columns), min(rows, columns))
    if signs.isRounding(below: 0.12) {
      self = .steps
      return
    }
    if signs.isOfPage || signs.strongestLine >= Self.strongerLines * strength {
      self = .rules
      return
    }
    // A kernel of P + 1 at stride P doubles one of P counts, which leaves 3/(P + 3) of an axis' amplitude at the crossings.
    let doubled = 3 / Double(period + 3)
    let least = min(Self.leastCrossings, 0.3 * doubled * doubled)
    guard main > 0, crossings < least * main else { return nil }
    guard other < least * main || 4 * other >= main else { return nil }
    if signs.isRounding(below: 0.32) {
      self = .steps
    } else if signs.isDrawn || signs.strongestLine >= Self.equalLines * strength {
      self = .rules
    } else {
      return nil
    }
  }

  /// Of a lattice's cells: with a grid of half a level hardly one is plain.
  static let leastPlainShare = 0.05
  /// Power at the crossings over that on the axes.
  private static let leastCrossings = 0.02
  /// What lines of other pitches have of the power of a lattice on the axes where all are of one making, and of any
  /// lattice.
  private static let (equalLines, strongerLines) = (0.25, 1.0)
}

/// By what a lattice is known to be drawn, in figures of one band. Set on drawn paper, tables, text and screens against
/// grids of half a level to four along one axis of photographs.
struct DrawingSigns: Sendable {
  /// Of lines, from trough to crest of what is as wide as a pixel in a period, in levels of 255.
  var ink: Double
  /// Root mean square of all that repeats with the period, in levels.
  var deviation: Double
  /// The lattice's share of the power of detail in the middle one of all squares.
  var dominance: Double
  /// What else is in that square, in levels.
  var roughness: Double
  /// Between the quartiles of the squares' means, in levels.
  var spread: Double
  /// Of the picture's cells of 4×4 that are exactly one colour.
  var blankShare: Double
  /// See ``PictureSurface/pageShare``.
  var pageShare: Double
  /// The strongest line of another pitch, see ``AxisLines``.
  var strongestLine: Double
  /// Whether the picture has 8 bits.
  var isRounded: Bool
  /// Between the picture's levels, where they are dithered.
  var ditherStep: Double?

  /// Of a channel.
  init(_ band: PictureLattice.ChannelBand, on surface: PictureSurface, period: Int) {
    let (level, squared) = (surface.level, surface.level * surface.level)
    deviation = band.latticePower.squareRoot() / level
    // A line a pixel wide in P of contrast d has deviation d·√(P − 1)/P.
    ink = deviation * Double(period) / Double(period - 1).squareRoot()
    dominance = surface.localPower > 0 ? min(1, band.finestPower / surface.localPower) : 1
    roughness = (max(0, surface.localPower - band.finestPower) / squared).squareRoot()
    spread = surface.spread / level
    blankShare = surface.blankShare
    pageShare = surface.pageShare
    isRounded = surface.isRounded
    strongestLine = surface.strongestLine
    ditherStep = surface.dither?.step
  }

  /// The median of each sign over channels; `nil` of none.
  ///
  /// - Throws: ``FormatError``.
  init?(medianOf pool: DrawingSignsPool) throws {
    guard let ink = try pool.ink.median() else { return nil }
    func middle(_ column: Column) throws -> Double { try column.median() ?? 0 }
    self.ink = ink
    (deviation, dominance) = (try middle(pool.deviation), try middle(pool.dominance))
    (roughness, spread) = (try middle(pool.roughness), try middle(pool.spread))
    (blankShare, pageShare) = (try middle(pool.blankShare), try middle(pool.pageShare))
    strongestLine = try middle(pool.strongestLine)
    isRounded = pool.isRounded
    ditherStep = 2 * pool.ditherSteps.count > pool.ink.count ? try pool.ditherSteps.median() : nil
  }

  /// Plain to see on a page that is blank all around: not even crossings speak for layers.
  var isOfPage: Bool { pageShare >= 0.3 && ink >= 10 }

  /// Much that is blank; lines that are plain to see; fainter ones on paper.
  var isDrawn: Bool {
    blankShare >= 0.3 || ink >= 18 && dominance >= 0.25 || ink >= 3 && dominance >= 0.5 && spread <= 8
      || ink >= 1 && spread <= 2
  }

  /// Less than rounding leaves in a picture with nothing but rounding in it.
  ///
  /// - Parameter limit: of the deviation. Steps of a ramp have 1/√12.
  func isRounding(below limit: Double) -> Bool { isRounded && deviation < limit && roughness < 0.35 }

  /// Thresholds of 2×2, 4×4 and 8×8 pixels leave no more than a step.
  func isDithered(period: Int) -> Bool { ditherStep.map { [2, 4, 8].contains(period) && ink <= 2 * $0 } ?? false }
}

/// The signs of several channels while they are gathered.
struct DrawingSignsPool: Sendable, Codable {
  fileprivate var ink: Column
  fileprivate var deviation: Column
  fileprivate var dominance: Column
  fileprivate var roughness: Column
  fileprivate var spread: Column
  fileprivate var blankShare: Column
  fileprivate var pageShare: Column
  fileprivate var strongestLine: Column
  /// Of all.
  fileprivate var isRounded = true
  /// Of those that are dithered.
  fileprivate var ditherSteps: Column

  init(in storage: Storage) {
    let empty = Column(in: storage)
    (ink, deviation, dominance, roughness, spread) = (empty, empty, empty, empty, empty)
    (blankShare, pageShare, strongestLine, ditherSteps) = (empty, empty, empty, empty)
  }

  mutating func add(_ signs: DrawingSigns) {
    ink.append(signs.ink)
    deviation.append(signs.deviation)
    dominance.append(signs.dominance)
    roughness.append(signs.roughness)
    spread.append(signs.spread)
    blankShare.append(signs.blankShare)
    pageShare.append(signs.pageShare)
    strongestLine.append(signs.strongestLine)
    isRounded = isRounded && signs.isRounded
    if let step = signs.ditherStep { ditherSteps.append(step) }
  }
}

extension Plane {
  /// Share of the cells P×P, from the first pixel on, that are exactly one value.
  ///
  /// - Parameter countingEnds: whether those at 0 or 1 count, which may be clipped.
  func plainShare(ofCells period: Int, countingEnds: Bool = false) -> Double {
    let (rows, columns) = (height / period, width / period)
    guard rows > 0, columns > 0 else { return 0 }
    return values.withUnsafeBufferPointer { pixels in
      var (plain, counted) = (0, 0)
      for row in 0..<rows {
        for column in 0..<columns {
          let start = row * period * width + column * period
          let value = pixels[start]
          var isPlain = true
          search: for y in 0..<period {
            for x in 0..<period where pixels[start + y * width + x] != value {
              isPlain = false
              break search
            }
          }
          if isPlain, !countingEnds, value == 0 || value == 1 { continue }
          counted += 1
          if isPlain { plain += 1 }
        }
      }
      return counted > 0 ? Double(plain) / Double(counted) : 0
    }
  }
}
