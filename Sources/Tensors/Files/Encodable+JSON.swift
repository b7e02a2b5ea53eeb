import Foundation

extension Encodable {
  /// Pretty-printed JSON, so that equal results are equal bytes: keys are sorted and in snake case. A property whose key
  /// is not its name in snake case says so in its type's `CodingKeys`. Infinities and NaN, which JSON does not have, become
  /// the strings "inf", "-inf" and "nan"; scalars that a terminal would obey instead of showing are written as `\u001b`.
  ///
  /// - Parameter keys: how properties are called. A file that the program alone reads again keeps their names, as snake
  ///   case cannot always be read back.
  public func json(keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase) throws -> Data {
    try visible(encoder(.prettyPrinted, keys))
  }

  /// The same in one line.
  public func jsonLine() throws -> Data {
    try visible(encoder([], .convertToSnakeCase))
  }

  private func visible(_ encoder: JSONEncoder) throws -> Data {
    Data((JSONText.visible(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n").utf8)
  }

  private func encoder(
    _ formatting: JSONEncoder.OutputFormatting, _ keys: JSONEncoder.KeyEncodingStrategy
  ) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    encoder.keyEncodingStrategy = keys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}
