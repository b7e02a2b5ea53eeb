import GinghamLattices

/// When a sign counts as a fault. How often the defaults find one in photographs says
/// `notebooks-scripts/diagnose_false_faults.py`; every one can be changed.
public struct DiagnosisThresholds: Hashable, Sendable, Encodable {
  /// Of checkerboards.
  public var lattice: LatticeThresholds
  /// Steps at the edges of blocks over steps elsewhere: 1 where there are none, 1.8 to 3 in JPEG of quality 10.
  public var blockiness: Double
  /// Deviation in pixels of the Gaussian that would explain the spectrum. Beside a reference: what the blur must add to
  /// that of the reference's most blurred twentieth, in squares.
  public var blurSigma: Double
  /// Blur beyond the reference's, as the σ in pixels of a Gaussian.
  public var blurBeyondReference: Double
  /// Bits of the levels found, at most.
  public var bits: Double
  /// Share of the samples at the ends of the range; beside a reference, beyond its own.
  public var endShare: Double
  /// Chance of a colour difference, and how large it must be.
  public var colourChance: Double
  /// Shift of hues, in degrees.
  public var hueDegrees: Double
  /// Shift of L*, in 0…100.
  public var lightness: Double
  /// Change of contrast, in factors of two.
  public var contrastOctaves: Double
  /// Shift of chroma, in the units of a* and b*.
  public var chroma: Double
  /// Distance of mean tints in the plane of a* and b*.
  public var tint: Double
  /// Distance of a tile from the set's norm, in robust units.
  public var tileDistance: Double
  /// Share of the pictures that must show a fault before it is the set's.
  public var affectedShare: Double

  /// With the properties of the same names.
  public init(
    lattice: LatticeThresholds = LatticeThresholds(), blockiness: Double = 1.4, blurSigma: Double = 0.9,
    blurBeyondReference: Double = 0.5,
    bits: Double = 7.1, endShare: Double = 0.5, colourChance: Double = 0.01, hueDegrees: Double = 8,
    lightness: Double = 4, contrastOctaves: Double = 0.25, chroma: Double = 3, tint: Double = 4,
    tileDistance: Double = 16,
    affectedShare: Double = 0.1
  ) {
    self.lattice = lattice
    self.blockiness = blockiness
    self.blurSigma = blurSigma
    self.blurBeyondReference = blurBeyondReference
    self.bits = bits
    self.endShare = endShare
    self.colourChance = colourChance
    self.hueDegrees = hueDegrees
    self.lightness = lightness
    self.contrastOctaves = contrastOctaves
    self.chroma = chroma
    self.tint = tint
    self.tileDistance = tileDistance
    self.affectedShare = affectedShare
  }

  func least(_ aspect: ColourDistance.Aspect) -> Double {
    switch aspect {
    case .hue: hueDegrees
    case .brightness: lightness
    case .contrast: contrastOctaves
    case .saturation: chroma
    case .cast: tint
    }
  }
}
