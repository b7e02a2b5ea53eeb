import GinghamReporting

extension LayerTable {
  /// Columns for the terminal.
  public var text: String {
    var table = TextTable([
      ("layer", .left), ("operation", .left), ("output", .left), ("channels", .right), ("stride", .right),
      ("field", .right),
      ("parameters", .right), ("multiply-adds", .right),
    ])
    for layer in layers {
      table.append([
        layer.name, layer.operation, layer.outputShape.map(String.init).joined(separator: "×"),
        layer.channels.map(String.init) ?? "",
        Self.short(layer.stride), layer.receptiveField.map(Self.short) ?? "all",
        layer.parameters == 0 ? "" : Self.grouped(layer.parameters), layer.macs == 0 ? "" : Self.grouped(layer.macs),
      ])
    }
    let input = inputShape.map(String.init).joined(separator: "×")
    return """
      \(model), input \(input)
      \(table.description)
      \(layers.count) layers, \(Self.grouped(totalParameters)) parameters, \(Self.grouped(totalMultiplyAdds)) \
      multiply-adds a picture\(missing.map { "\n\($0)" } ?? "")
      """
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  static func grouped(_ value: Int) -> String {
    guard value < .max else { return "more than 9·10¹⁸" }
    var digits = String(value)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits = String(digits.dropLast(3))
    }
    return ([digits] + groups).joined(separator: "\u{202F}")
  }
}
