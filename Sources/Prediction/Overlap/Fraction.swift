import GinghamTensors

/// An exact ratio of integers, in lowest terms.
public struct Fraction: Hashable, Sendable {
  /// In lowest terms.
  public let numerator: Int
  /// In lowest terms; above 0.
  public let denominator: Int

  /// `nil` for a zero denominator.
  public init?(_ numerator: Int, _ denominator: Int) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    let divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0 ? -1 : 1)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  /// As a number.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// (1 + a)² − 1: what a CV² of one axis becomes when both axes have it. `nil` where it does not fit an `Int`.
  public var onBothAxes: Fraction? {
    let (sum, overflow) = numerator.addingReportingOverflow(denominator)
    let (square, second) = sum.multipliedReportingOverflow(by: sum)
    let (bottom, third) = denominator.multipliedReportingOverflow(by: denominator)
    return overflow || second || third ? nil : Fraction(square - bottom, bottom)
  }
}

extension Fraction: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
