import GinghamTensors

/// The lattices of a set of pictures, gathered picture by picture: what single pictures show, what all of them have
/// alike, and where it stands out in their mean spectrum.
public struct PictureSetLattice: Sendable, Codable {
  /// What each picture is measured by.
  public let lattice: PictureLattice
  /// Whether what all pictures have alike is gathered.
  public let seeksLocked: Bool
  private var pool: PictureLatticePool
  private var locked: LockedLattice
  private var spectra = SpectrumPool()

  /// - Parameters:
  ///   - seeksLocked: takes pictures measured with their detail retained.
  ///   - seeksMoved: whether grids that were resized or turned since are sought in each.
  /// - Throws: ``ArtifactError/badPeriod(_:why:)``, ``ArtifactError/badArgument(_:)`` for an empty list.
  public init(
    periods: [Int] = Periods.usual.list, thresholds: LatticeThresholds = LatticeThresholds(), seeksLocked: Bool = true,
    seeksMoved: Bool = false
  ) throws {
    lattice = try PictureLattice(periods: periods, thresholds: thresholds, seeksMoved: seeksMoved)
    pool = PictureLatticePool(lattice)
    locked = try LockedLattice(periods: periods)
    self.seeksLocked = seeksLocked
  }

  /// Keeps numbers of single pictures somewhere else than in memory.
  ///
  /// - Parameter storage: of a set that is empty yet.
  package mutating func store(in storage: Storage) { pool = PictureLatticePool(lattice, in: storage) }

  /// Fewer pictures have nothing in common to speak of.
  public static let fewestLocked = LockedThresholds().pictures

  /// A picture's channels and opponent colours, for ``add(_:)``.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits.
  public func measure(_ channels: [Plane]) throws -> [PictureLattice.Channel] {
    try lattice.measure(picture: channels, retainsDetail: seeksLocked)
  }

  /// - Parameter channels: of one picture.
  public mutating func add(_ channels: [PictureLattice.Channel]) {
    for channel in channels {
      pool.add(channel)
      if !channel.look.isMixture { spectra.add(channel) }
    }
    if seeksLocked, let picture = locked.picture(measured: channels) { locked.add(picture) }
  }

  /// - Throws: ``ArtifactError/noMaps`` before anything was added.
  public func finding() throws -> PictureLatticeFinding { try pool.finding() }

  /// `nil` where nothing was gathered: no picture, or none that varies.
  public func lockedFinding() throws -> LockedLatticeFinding? { seeksLocked ? try locked.finding() : nil }

  /// Mean power of the high-passed channels, H×W of the commonest size; `nil` where all were constant.
  public var spectrum: (power: Plane, maps: Int)? { spectra.commonest }
}

extension PictureSetLattice {
  /// Measures and adds pictures in memory: N×C×H×W. Figures do not depend on the number of threads.
  ///
  /// - Throws: ``ArtifactError``.
  public mutating func add(_ pictures: Tensor, on team: ThreadTeam) throws {
    guard pictures.shape.rank == 4 else { throw ArtifactError.wrongRank(pictures.shape) }
    let empty = self
    var failure: (any Error)?
    team.forEach(Array(0..<pictures.shape[0]), ahead: 4 * team.threads) { index in
      Result { try empty.measure(Plane.planes(of: pictures.sample(index))) }
    } use: { result in
      switch result {
      case .success(let channels): add(channels)
      case .failure(let error): failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}
