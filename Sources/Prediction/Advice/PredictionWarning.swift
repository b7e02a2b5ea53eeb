import GinghamLattices

/// Something in an architecture that leaves a grid, with what could be done about it and what that would change.
public struct PredictionWarning: Hashable, Sendable, Encodable {
  /// What is wrong with a layer.
  public enum Kind: String, Hashable, Sendable, Codable {
    /// The stride does not divide the kernel of a convolution.
    case unevenOverlap = "uneven_overlap"
    /// Some positions in front of a layer are read by none of its windows.
    case deadPhases = "dead_phases"
    /// The stride does not divide the window of a pool.
    case unevenPool = "uneven_pool"
    /// Rows or columns at the bottom or right are read by no window.
    case unusedPixels = "unused_pixels"
    /// The stride does not divide the kernel of a transposed convolution.
    case unevenUpsampling = "uneven_upsampling"
    /// A depth-to-space whose phases are painted by filters that have nothing to do with each other.
    case subPixelPhases = "sub_pixel_phases"
    /// The learned phase sums of an enlarging layer differ, whatever its kernel and stride.
    case unevenPhaseSums = "uneven_phase_sums"
  }

  /// A change and the figures of the whole network before and after it, from running the prediction again.
  public struct Effect: Hashable, Sendable, Encodable {
    /// What to change.
    public var change: String
    /// Squared coefficient of variation as it is.
    public var cv2Before: Double
    /// Squared coefficient of variation after the change.
    public var cv2After: Double
    /// Strongest over weakest phase as it is; `nil` where one is dead.
    public var maxMinBefore: Double?
    /// Strongest over weakest phase after the change; `nil` where one is dead.
    public var maxMinAfter: Double?
  }

  /// A layer of the net, by its name.
  public var layer: String
  /// What is wrong.
  public var kind: Kind
  /// What is wrong, with figures.
  public var message: String
  /// What to do.
  public var advice: String
  /// Best first.
  public var effects: [Effect]

  /// With the properties of the same names.
  public init(layer: String, kind: Kind, message: String, advice: String, effects: [Effect] = []) {
    (self.layer, self.kind, self.message) = (layer, kind, message)
    (self.advice, self.effects) = (advice, effects)
  }
}

extension PredictionWarning.Effect {
  init(_ change: String, before: Unevenness, after: Unevenness) {
    self.init(
      change: change, cv2Before: before.cv2, cv2After: after.cv2, maxMinBefore: before.maxMin,
      maxMinAfter: after.maxMin)
  }

  /// The two best changes, of those that make it better at all.
  static func advice(from effects: [PredictionWarning.Effect]) -> String {
    let helpful = effects.filter { $0.cv2After < $0.cv2Before - 1e-6 }
    guard helpful.isEmpty else { return helpful.prefix(2).map(\.summary).joined(separator: "; or ") }
    let best = effects.map(\.cv2After).min() ?? 0
    let before = effects.first?.cv2Before ?? 0
    return "no change to this layer alone helps (CV² \(before.short) → \(best.short) at best): its branches differ, "
      + "change them together"
  }

  var summary: String { "\(change): CV² \(cv2Before.short) → \(cv2After.short)" }
}

extension Double {
  /// Four decimals, trailing zeros dropped.
  var short: String {
    let rounded = (self * 10_000).rounded() / 10_000
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : String(rounded)
  }
}
