import GinghamLattices

/// Where in a picture a lattice shows: its energy tile by tile.
public struct LatticeTileMap: Hashable, Sendable {
  /// In pixels.
  public let period: Int
  /// Pixels a side of a tile: a multiple of the period.
  public let side: Int
  /// Where the first tile begins, down and right.
  public let margin: Int
  /// Amplitude of the band in each tile, root of its energy beyond what chance would leave there; in units of the
  /// picture, averaged in energy over the channels.
  public let amplitudes: Plane

  /// - Parameter channels: of one picture.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``; ``ArtifactError/tooSmall(height:width:needed:why:)`` where not one
  ///   tile of four periods fits.
  public init(of channels: [Plane], period: Int) throws {
    let lattice = try Lattice(period: period)
    let filter = try TriangleFilter(period: PictureLattice.filterPeriod(for: period))
    let side = max(4, (24 + period - 1) / period) * period
    var sums: Plane?
    for channel in channels {
      guard let detail = filter.highPassed(channel), detail.height >= side, detail.width >= side else {
        throw ArtifactError.tooSmall(
          height: channel.height, width: channel.width, needed: side + 2 * filter.period,
          why: "to map period \(period)")
      }
      let (rows, columns) = (detail.height / side, detail.width / side)
      var energies = sums ?? Plane(height: rows, width: columns)
      for y in 0..<rows {
        for x in 0..<columns {
          let tile = detail.crop(rows: (y * side)..<((y + 1) * side), columns: (x * side)..<((x + 1) * side))
          let energy = try SignedLatticeEnergy(of: tile, lattice: lattice)
          let excess = (energy.bands[period] ?? 0) - energy.null(ofBand: period)
          energies[y, x] += max(0, excess) * energy.variance / Double(channels.count)
        }
      }
      sums = energies
    }
    guard var amplitudes = sums else { throw ArtifactError.noMaps }
    for index in amplitudes.values.indices { amplitudes.values[index] = amplitudes.values[index].squareRoot() }
    self.period = period
    self.side = side
    margin = filter.period
    self.amplitudes = amplitudes
  }

  /// The tile in which the lattice is strongest: where it begins, down and right.
  public var strongest: (y: Int, x: Int) {
    let index = amplitudes.values.indices.max { amplitudes.values[$0] < amplitudes.values[$1] } ?? 0
    return (margin + index / amplitudes.width * side, margin + index % amplitudes.width * side)
  }
}
