import GinghamLattices

/// What can be wrong with generated pictures.
public enum Fault: String, Hashable, Sendable, CaseIterable, Codable {
  case checkerboard, blocks, blur, banding, colour, distortion
}

/// One thing that is wrong with a set, how much, and by which figures it is known. Words are made of it later.
public struct FaultFinding: Hashable, Sendable {
  /// What shows.
  public var sign: Sign
  /// In the unit of the sign.
  public var strength: Double
  /// What the strength must exceed to count.
  public var threshold: Double
  /// How far beyond its threshold, in powers of two: findings are ranked by it.
  public var severity: Double
  /// Pictures that show it by themselves, of ``setSize``.
  public var pictures: [String]
  /// Pictures in the set.
  public var setSize: Int
  /// The picture that shows it best.
  public var worst: String?

  /// Which fault the sign speaks for.
  public var fault: Fault {
    switch sign {
    case .lattice, .sharedLattice: .checkerboard
    case .blocks: .blocks
    case .blur: .blur
    case .fewLevels, .saturation: .banding
    case .colour: .colour
    case .distortion: .distortion
    }
  }

  /// Of a lattice, in pixels.
  public var period: Int? {
    switch sign {
    case .lattice(let lattice): lattice.period
    case .sharedLattice(let shared): shared.band.period
    case .blocks(let blocks): blocks.period
    case .blur, .fewLevels, .saturation, .colour, .distortion: nil
    }
  }
}

extension FaultFinding {
  /// By what a fault is known. The strength is the first figure named of each.
  public enum Sign: Hashable, Sendable {
    /// A share of the fine detail beyond what chance leaves there.
    case lattice(Lattice)
    /// A share of the fine detail that all pictures have alike, though none shows it by itself.
    case sharedLattice(SharedLattice)
    /// Steps at the edges of blocks over steps elsewhere.
    case blocks(Blocks)
    /// The deviation in pixels of a Gaussian.
    case blur(Blur)
    /// Bits that are missing of 8.
    case fewLevels(FewLevels)
    /// The share of the samples at the ends of the range.
    case saturation
    /// A distance of the aspect from the reference's.
    case colour(ColourDistance.Difference)
    /// The distance of a tile from the norm, in robust deviations.
    case distortion(Distortion)
  }

  /// A checkerboard in single pictures.
  public struct Lattice: Hashable, Sendable {
    /// Of the strongest band.
    public var period: Int
    /// Of the band's best frequency over its surroundings; `nil` where it has none.
    public var peakDecibels: Double?
    /// Of all bands that the pictures show together.
    public var periods: [Int]
    /// Whether blocks of a compressed file explain it, so that no net is to blame.
    public var isJPEG: Bool
  }

  /// A grid below each picture's own detail, at the same pixels of all of them.
  public struct SharedLattice: Hashable, Sendable {
    /// How many have it.
    public var pictures: Int
    /// The strongest band.
    public var band: LockedLatticeFinding.Band
  }

  /// Pictures that step at the edges of blocks.
  public struct Blocks: Hashable, Sendable {
    /// Of the blocks, in pixels.
    public var period: Int
    /// Whether nothing steps within the blocks: pixels were repeated. Else a file was compressed in them.
    public var isEnlargement: Bool
  }

  /// Pictures without fine detail.
  public struct Blur: Hashable, Sendable {
    /// Median over the pictures that are blurred.
    public var sharpness: Sharpness
    /// What the reference has; `nil` without one.
    public var reference: Reference?

    /// The median of pictures as they should be.
    public struct Reference: Hashable, Sendable {
      /// Of the Gaussian that blurs as much, in pixels.
      public var sigma: Double
      /// How sharp the pictures are.
      public var sharpness: Sharpness
    }
  }

  /// Colours in few steps.
  public struct FewLevels: Hashable, Sendable {
    /// Of the levels found.
    public var bits: Double
    /// Between the outer 1 % of the levels.
    public var levels: Int
    /// Pixels in a row with one level on ramps.
    public var meanRampRun: Double
    /// Whether so many samples lie at the ends of the range that these explain it.
    public var isSaturated: Bool
  }

  /// The tile that lies farthest from the norm.
  public struct Distortion: Hashable, Sendable {
    /// Its first pixel, down and right, and the pixels of its side.
    public var row: Int
    /// Of the tile, from the left.
    public var column: Int
    /// Of a tile, in pixels.
    public var side: Int
    /// In which it differs most.
    public var statistic: TileStatistics.Statistic?
    /// Whether the norm is a reference's; else the set's own.
    public var isBesideReference: Bool
  }
}
