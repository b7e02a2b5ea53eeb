import Foundation

extension Encodable {
  /// Pretty-printed JSON, so that equal results are equal bytes: keys are sorted and in snake case. A property whose key
  /// is not its name in snake case says so in its type's `CodingKeys`. Infinities and NaN, which JSON does not have, become
  /// the strings "inf", "-inf" and "nan".
  ///
  /// - Parameter keys: how properties are called. A file that the program alone reads again keeps their names, as snake
  ///   case cannot always be read back.
  public func json(keys: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase) throws -> Data {
    try encoder(.prettyPrinted, keys).encode(self) + Data("\n".utf8)
  }

  /// The same in one line.
  public func jsonLine() throws -> Data {
    try encoder([], .convertToSnakeCase).encode(self) + Data("\n".utf8)
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
