/// What a column of a row holds.
public enum DatabaseValue: Hashable, Sendable {
  case null
  case integer(Int)
  /// SQLite stores no NaN: it comes back as ``null``.
  case real(Double)
  case text(String)
}

extension DatabaseValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
  ExpressibleByNilLiteral
{
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .real(value) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// Nothing.
  public init(nilLiteral: ()) { self = .null }
}
