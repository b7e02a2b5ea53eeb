import GinghamLattices
import GinghamTensors

/// The sets of pixels that a phase study compares, all of one size: the phases of a lattice, and what a lattice must be
/// held against.
public struct PhaseStudyMasks: Sendable {
  /// The lattice's side S, in pixels.
  public let period: Int
  /// A period that shares no factor with S, so that no stride of the network could favour its phases.
  public let controlPeriod: Int
  /// The pixels compared: whole periods, without a border where the padding of the network speaks.
  public let region: PixelMask
  /// S² phases, row by row.
  public let lattice: [PixelMask]
  /// As many random sets.
  public let random: [PixelMask]
  /// Phases of the control period, joined and thinned to the size of the others.
  public let control: [PixelMask]

  /// Pixels a mask.
  public var size: Int { lattice[0].count }

  /// - Parameter seed: of the random sets.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/tooSmall(height:width:needed:why:)`` where less than
  ///   two periods fit a side.
  public init(period: Int, height: Int, width: Int, seed: UInt64 = 0) throws {
    _ = try Lattice(period: period)
    guard min(height, width) >= 2 * period else {
      throw ArtifactError.tooSmall(
        height: height, width: width, needed: 2 * period, why: "for a phase study with period \(period)")
    }
    self.period = period
    let controlPeriod = Lattice.controls(for: [period], count: 1)[0]
    self.controlPeriod = controlPeriod
    let border = GradientLattice.usualBorder(period: period, height: height, width: width)
    let rows = border..<(border + (height - 2 * border) / period * period)
    let columns = border..<(border + (width - 2 * border) / period * period)
    region = PixelMask(height: height, width: width) { rows.contains($0) && columns.contains($1) }
    self.lattice = (0..<(period * period)).map { phase in
      PixelMask(height: height, width: width) { y, x in
        rows.contains(y) && columns.contains(x) && y % period == phase / period && x % period == phase % period
      }
    }
    let (region, size) = (region, self.lattice[0].count)
    random = self.lattice.indices.map { region.thinned(to: size, seed: seed, name: "phase-study.random.\($0)") }
    // Joined where a phase of the control period alone has too few pixels.
    let share = (rows.count / controlPeriod) * (columns.count / controlPeriod)
    let joined = max(1, (size + share - 1) / max(share, 1))
    control = (0..<max(1, controlPeriod * controlPeriod / joined)).map { group in
      PixelMask(height: height, width: width) { y, x in
        let phase = y % controlPeriod * controlPeriod + x % controlPeriod
        return rows.contains(y) && columns.contains(x) && phase / joined == group
      }.thinned(to: size, seed: seed, name: "phase-study.control.\(group)")
    }
  }
}
