/// What is regular in a picture without being a decoder's grid: rules, lines of text, tables, steps of a ramp.
///
/// A grid that layers paint modulates rows and columns together, so that its spectrum has frequencies off the axes; and
/// it is painted everywhere, plain areas included. What is drawn leaves these exactly plain.
public enum RegularContent: String, Hashable, Sendable, Encodable {
  /// All of it lies on the axes: lines along one of them, or along both without anything at their crossings.
  case rules
  /// Whole cells of the lattice are exactly one colour.
  case plainAreas = "plain_areas"
  /// A compressed file's blocks of 8 pixels: the picture steps at their edges, with either sign.
  case blocks
  /// Colours stored at half the resolution and interpolated by the decoder, whose rounding alternates (JPEG 4:2:0): the
  /// luma is without it.
  case colourInterpolation = "colour_interpolation"

  /// Of the peaks of one band.
  ///
  /// - Parameters:
  ///   - plainShare: of cells of the lattice that are one colour, without those at the ends of the range, which may be
  ///     clipped.
  init?(_ peaks: SpectralPeaks, period: Int, plainShare: Double) {
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
    // A kernel of P + 1 at stride P doubles one of P counts, which leaves 3/(P + 3) of an axis' amplitude at the crossings.
    let doubled = 3 / Double(period + 3)
    let least = min(Self.leastCrossings, 0.3 * doubled * doubled)
    guard main > 0, crossings < least * main else { return nil }
    guard other < least * main || 4 * other >= main else { return nil }
    self = .rules
  }

  /// Of a lattice's cells: with a grid of half a level hardly one is plain.
  private static let leastPlainShare = 0.05
  /// Power at the crossings over that on the axes.
  private static let leastCrossings = 0.02
}

extension Plane {
  /// Share of the cells P×P, from the first pixel on, that are exactly one value, without those at 0 or 1.
  func plainShare(ofCells period: Int) -> Double {
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
          if isPlain, value == 0 || value == 1 { continue }
          counted += 1
          if isPlain { plain += 1 }
        }
      }
      return counted > 0 ? Double(plain) / Double(counted) : 0
    }
  }
}
