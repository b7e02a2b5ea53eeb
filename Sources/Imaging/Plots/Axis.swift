import Foundation

/// One axis of a plot.
public struct Axis: Hashable, Sendable {
  /// How numbers become lengths.
  public enum Scale: String, Hashable, Sendable {
    case linear
    /// Values that are not positive have no place on it and are left out.
    case logarithmic
  }

  /// What is shown, with its unit: "distance (px)".
  public var label: String
  /// How numbers become lengths.
  public var scale: Scale
  /// The values shown; `nil`: all of the data's.
  public var range: ClosedRange<Double>?
  /// Where ticks stand, instead of round numbers.
  public var ticks: [Double]?
  /// Whether values grow leftwards or, as rows of pixels do, downwards.
  public var isReversed: Bool

  /// With the properties of the same names.
  public init(
    _ label: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil, ticks: [Double]? = nil,
    isReversed: Bool = false
  ) {
    self.label = label
    self.scale = scale
    self.range = range
    self.ticks = ticks
    self.isReversed = isReversed
  }
}

/// Ticks with their texts; where the numbers are very large or small, a common power of ten goes to the axis label.
struct Ticks: Equatable, Sendable {
  var values: [Double]
  var labels: [String]
  var minor: [Double] = []
  var exponent = 0
}

/// An axis whose ends are known.
struct AxisScale: Sendable {
  let axis: Axis
  let lower: Double
  let upper: Double

  /// Ends that show all `values` that the scale can show, with some air where the axis does not fix them.
  init(_ axis: Axis, showing values: some Sequence<Double>, includingZero: Bool = false) {
    self.axis = axis
    let isLogarithmic = axis.scale == .logarithmic
    var shown = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    if includingZero, !isLogarithmic { shown.append(0) }
    if let range = axis.range, range.lowerBound.isFinite, range.upperBound.isFinite,
      range.lowerBound < range.upperBound, !isLogarithmic || range.lowerBound > 0
    {
      (lower, upper) = (range.lowerBound, range.upperBound)
    } else if let least = shown.min(), let most = shown.max() {
      if isLogarithmic {
        let air = least < most ? pow(most / least, 0.05) : 2
        (lower, upper) = (max(least / air, .leastNormalMagnitude), min(most * air, .greatestFiniteMagnitude))
      } else if least == most {
        let air = least == 0 ? 1 : abs(least) * 0.1
        (lower, upper) = (least - air, most + air)
      } else {
        // An axis that nearly reaches zero reaches it.
        let from = least > 0 && least < 0.3 * most ? 0 : least
        let to = most < 0 && most > 0.3 * least ? 0 : most
        let air = 0.05 * (to - from)
        (lower, upper) = (from == 0 ? 0 : from - air, to == 0 ? 0 : to + air)
      }
    } else {
      (lower, upper) = isLogarithmic ? (1, 10) : (0, 1)
    }
  }

  /// Where on the axis `value` stands, 0 at its lower and 1 at its upper end; `nil` where it has no place.
  func position(of value: Double) -> Double? {
    guard value.isFinite, axis.scale == .linear || value > 0 else { return nil }
    let position =
      axis.scale == .linear ? (value - lower) / (upper - lower) : log(value / lower) / log(upper / lower)
    return axis.isReversed ? 1 - position : position
  }

  /// At most about `count` ticks at round numbers within the ends.
  func ticks(count: Int) -> Ticks {
    if let values = axis.ticks {
      let visible = values.filter { $0 >= lower && $0 <= upper }
      return Ticks(values: visible, labels: visible.map(NumberText.short))
    }
    return axis.scale == .linear ? linearTicks(count: count) : logarithmicTicks(count: count)
  }

  private func linearTicks(count: Int) -> Ticks {
    let rough = (upper - lower) / Double(max(count, 1))
    let magnitude = pow(10, Double(NumberText.exponent(of: rough)))
    guard rough > 0, magnitude > 0, magnitude.isFinite else { return Ticks(values: [], labels: []) }
    let step = ([1, 2, 5, 10].first { $0 * magnitude >= rough * (1 - 1e-9) } ?? 10) * magnitude
    let (first, last) = ((lower / step - 1e-9).rounded(.up), (upper / step + 1e-9).rounded(.down))
    guard last >= first, last - first < 1000 else { return Ticks(values: [], labels: []) }
    let values = stride(from: first, through: last, by: 1).map { $0 * step }
    let largest = NumberText.exponent(of: max(abs(lower), abs(upper)))
    let exponent = largest > 4 || largest < -2 ? largest : 0
    let decimals = max(0, exponent - NumberText.exponent(of: step))
    let labels = values.map { NumberText.fixed($0 / pow(10, Double(exponent)), decimals: decimals) }
    return Ticks(values: values, labels: labels, exponent: exponent)
  }

  private func logarithmicTicks(count: Int) -> Ticks {
    let (first, last) = (Int(floor(log10(lower))), Int(ceil(log10(upper))))
    let within = { (value: Double) in value >= lower * (1 - 1e-9) && value <= upper * (1 + 1e-9) }
    func values(_ mantissas: [Double], every step: Int = 1) -> [Double] {
      stride(from: first, through: last, by: step).flatMap { exponent in
        mantissas.map { $0 * pow(10, Double(exponent)) }
      }.filter(within)
    }
    let minor = last - first <= 12 ? values([2, 3, 4, 5, 6, 7, 8, 9]) : []
    let decades = values([1])
    if decades.count <= 2 {
      let fine = [values([1, 2, 3, 4, 5, 6, 7, 8, 9]), values([1, 2, 5]), decades].first { $0.count <= count }
      let chosen = fine ?? decades
      return Ticks(values: chosen, labels: chosen.map(NumberText.short), minor: minor)
    }
    let step = max(1, (decades.count + count - 1) / max(count, 1))
    let chosen = values([1], every: step)
    let exponents = chosen.map { NumberText.exponent(of: $0) }
    let isPlain = exponents.allSatisfy { (-2...3).contains($0) }
    return Ticks(
      values: chosen, labels: isPlain ? chosen.map(NumberText.short) : exponents.map(NumberText.powerOfTen),
      minor: minor)
  }
}
