/// One thing that is measured of a net or of a set of pictures, and that a limit or a baseline may be held against. The
/// larger, the worse.
public struct CheckedFigure: Hashable, Sendable {
  /// What is measured.
  public enum Quantity: Hashable, Sendable {
    /// Share of the fine detail on a band, beyond what chance has there.
    case band(period: Int)
    /// What all pictures have alike on a band, in 8-bit levels.
    case faint(period: Int)
    /// σ in pixels of a Gaussian.
    case blur
    /// Bits of the levels found; the fewer, the worse.
    case banding
    /// CV² of the gradient over the whole lattice.
    case gradient
    /// The same of one band.
    case gradientBand(period: Int)
  }

  /// What is measured.
  public var quantity: Quantity
  /// In the quantity's unit; `nil`: it could not be measured, for the ``reason``.
  public var value: Double?
  /// Why there is no value.
  public var reason: String?
  /// How often chance alone would show as much, where that is known.
  public var chance: Double?
  /// The layer behind it, where one is known.
  public var layer: String?
  /// The picture that shows it most, of several.
  public var place: String?
  /// Whether it stands out of chance and of what pictures hold by themselves. What does not breaks no limit.
  public var standsOut = true

  init(
    _ quantity: Quantity, _ value: Double?, chance: Double? = nil, layer: String? = nil, place: String? = nil,
    standsOut: Bool = true, reason: String? = nil
  ) {
    self.quantity = quantity
    self.value = value
    self.chance = chance
    self.layer = layer
    self.place = place
    self.standsOut = standsOut
    self.reason = value == nil ? reason : nil
  }
}

extension CheckedFigure.Quantity {
  /// What limits, baselines and reports call it.
  public var name: String {
    switch self {
    case .band(let period): "bands.\(period)"
    case .faint(let period): "faint.\(period)"
    case .blur: "blur"
    case .banding: "banding"
    case .gradient: "gradient"
    case .gradientBand(let period): "gradient.\(period)"
    }
  }

  /// In words.
  var text: String {
    switch self {
    case .band(let period): "grid of \(period) px, share of the fine detail beyond chance"
    case .faint(let period): "grid of \(period) px that all pictures have alike, in 8-bit levels"
    case .blur: "blur, σ in px"
    case .banding: "bits of the levels found"
    case .gradient: "unevenness CV² of the input gradient"
    case .gradientBand(let period): "unevenness CV² of the input gradient's band of \(period) px"
    }
  }

  /// Whether more is worse.
  var isUpperLimit: Bool {
    switch self {
    case .band, .faint, .blur, .gradient, .gradientBand: true
    case .banding: false
    }
  }

  /// What a figure may get worse than a baseline's: a share of it, and of so little at least, as less is within what
  /// another training changes.
  ///
  /// - Parameter drift: the share.
  func limit(after baseline: Double, drift: Double) -> Double {
    switch self {
    case .band: max(baseline, 0.002) * (1 + drift)
    case .faint: max(baseline, 0.05) * (1 + drift)
    case .blur: max(baseline, 0.1) * (1 + drift)
    // Of what is missing of 8.
    case .banding: 8 - max(8 - baseline, 0.1) * (1 + drift)
    case .gradient, .gradientBand: max(baseline, 0.005) * (1 + drift)
    }
  }

  /// What a limit must not be compared with: a figure beyond it is worse.
  func isBroken(_ value: Double, by limit: Double) -> Bool { isUpperLimit ? value > limit : value < limit }
}
