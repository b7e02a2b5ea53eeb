import Foundation

/// Numbers as they are printed on axes and beside bars.
enum NumberText {
  /// With the given decimals and a true minus sign.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let text = String(format: "%.\(max(decimals, 0))f", value)
    // Rounding may leave a sign on nothing.
    let isZero = text.allSatisfy { !$0.isNumber || $0 == "0" }
    return isZero ? text.filter { $0 != "-" } : text.replacingOccurrences(of: "-", with: "−")
  }

  /// Three significant digits, as a power of ten where there would be many zeros.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    guard value != 0 else { return "0" }
    let exponent = exponent(of: value)
    if exponent < -3 || exponent > 5 {
      let mantissa = trimmed(fixed(value / pow(10, Double(exponent)), decimals: 2))
      return "\(mantissa)×\(powerOfTen(exponent))"
    }
    return trimmed(fixed(value, decimals: 2 - exponent))
  }

  /// 10ⁿ in superscript digits.
  static func powerOfTen(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let magnitude = String(abs(exponent)).compactMap(\.wholeNumberValue).map { String(digits[$0]) }.joined()
    return "10" + (exponent < 0 ? "⁻" : "") + magnitude
  }

  /// ⌊log₁₀|value|⌋, safe against rounding at powers of ten.
  static func exponent(of value: Double) -> Int {
    let magnitude = abs(value)
    guard magnitude > 0, magnitude.isFinite else { return 0 }
    var exponent = Int(floor(log10(magnitude)))
    if magnitude >= pow(10, Double(exponent + 1)) * (1 - 1e-12) { exponent += 1 }
    return exponent
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = Substring(text)
    while result.last == "0" { result.removeLast() }
    if result.last == "." { result.removeLast() }
    return String(result)
  }
}
