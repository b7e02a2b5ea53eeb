import Foundation
import GinghamReporting

extension PrecisionCost {
  /// For the terminal, without a newline at its end.
  fileprivate var text: String {
    func share(_ value: Double) -> String { value.formatted(.percent.precision(.fractionLength(1))) }
    func number(_ value: Double) -> String { value.formatted(.number.precision(.fractionLength(4))) }
    var table = TextTable([("band", .right), ("CV², 64 bits", .right), (precision, .right), ("drift", .right)])
    for band in bands {
      table.append([
        "\(band.period)", number(band.exact), number(band.found),
        band.exact == 0 ? "–" : share(band.found / band.exact - 1),
      ])
    }
    return """
      what \(precision) costs here, against 64 bits:
        output          cosine \(number(outputCosine))
        input gradient  cosine \(number(gradientCosine)), relative error \(share(gradientRelativeError)), \
      equal signs \(share(equalSigns))\(bands.isEmpty ? "" : "\n\(table.description)")
      """
  }
}

extension Verification {
  /// For the terminal, without a newline at its end.
  public var text: String {
    var table = TextTable([("layer", .left), ("forward error", .right), ("gradient error", .right)])
    for layer in layers {
      table.append([
        layer.name, layer.nonFinite > 0 ? "\(layer.nonFinite) not finite" : Self.short(layer.forward),
        layer.gradient.map(Self.short) ?? "–",
      ])
    }
    return """
      \(table.description)
      fused, as used: output \(Self.short(outputError)), input gradient \(Self.short(gradientError)) \
      (max|Δ|/max|reference|\(precisionCost == nil ? ", tolerance \(Self.short(tolerance))" : ""))\
      \(nudgeRemark)\(precisionRemark)
      \(passed ? precisionCost?.text ?? "passed" : "FAILED")
      """
  }

  private var nudgeRemark: String {
    guard nudges > 0, passed else { return "" }
    return """

      after \(nudges) nudges of the picture by a quarter of a grey level: before, the input of a rectifier was zero to \
      within rounding, and the gradient jumped
      """
  }

  private var precisionRemark: String {
    guard let error = singlePrecisionError else { return "" }
    guard passed else { return "\nthe reference engine in 32 bits is off by \(Self.short(error))" }
    return """

      the reference engine in 32 bits is off by \(Self.short(error)): the net amplifies rounding, and single precision \
      holds it no better
      """
  }

  private static func short(_ value: Double) -> String {
    value == 0 ? "0" : value.formatted(.number.notation(.scientific).precision(.fractionLength(1)))
  }
}
