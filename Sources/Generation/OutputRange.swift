import GinghamTensors

/// The numbers between which a network writes its pictures: `lower` is black and `upper` full intensity.
public struct OutputRange: Hashable, Sendable, CustomStringConvertible {
  /// What is written for black.
  public let lower: Float
  /// What is written for white.
  public let upper: Float

  /// 0…1, as a sigmoid gives.
  public static let unit = OutputRange(unchecked: 0, 1)
  /// −1…1, as a tanh gives.
  public static let symmetric = OutputRange(unchecked: -1, 1)
  /// 0…255, 8-bit levels.
  public static let levels = OutputRange(unchecked: 0, 255)

  private init(unchecked lower: Float, _ upper: Float) {
    (self.lower, self.upper) = (lower, upper)
  }

  /// `nil` where the bounds are not finite or not in order.
  public init?(_ lower: Float, _ upper: Float) {
    guard lower.isFinite, upper.isFinite, lower < upper else { return nil }
    self.init(unchecked: lower, upper)
  }

  /// Reads `-1..1`, `0..255`, or `-1,1`.
  public init?(parsing text: String) {
    let parts = text.contains("..") ? text.split(separator: "..") : text.split(separator: ",")
    let numbers = parts.compactMap { Float($0.replacing(" ", with: "")) }
    guard parts.count == 2, numbers.count == 2 else { return nil }
    self.init(numbers[0], numbers[1])
  }

  /// What a value becomes in 0…1. Nothing is clipped.
  public func unit(_ value: Float) -> Float { (value - lower) / (upper - lower) }

  /// As texts for people have it.
  public var description: String { "\(Self.short(lower))..\(Self.short(upper))" }

  private static func short(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e6 ? "\(Int(value))" : "\(value)"
  }
}

/// As it is written: `"-1..1"`.
extension OutputRange: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}

extension OutputRange {
  /// How a range became known.
  public enum Origin: String, Hashable, Sendable, Codable {
    /// The user said so.
    case given
    /// The last layers can give nothing else.
    case layers
    /// A picture made for the purpose fits it.
    case probe
  }

  /// The range that values most likely have, where no layer bounds them: pictures use most of their range and leave it
  /// by little.
  public init(fitting values: Tensor) {
    let (low, high) = values.withUnsafeBufferPointer { values in (values.min() ?? 0, values.max() ?? 1) }
    self = high > 4 || low < -4 ? .levels : low < -0.25 ? .symmetric : .unit
  }
}
