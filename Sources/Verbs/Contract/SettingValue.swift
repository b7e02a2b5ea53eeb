import GinghamTensors

/// What a setting holds: read from a word, and written as one.
public protocol SettingValue: Sendable {
  /// `nil` where the word stands for none.
  init?(word: String)
  /// As it is typed; `nil` where nothing is settled.
  var word: String? { get }
  /// Every word that there is; empty where they cannot be counted.
  static var choices: [String] { get }
  /// What it takes, for complaints such as "… takes a number, not 'x'".
  static var expected: String { get }
}

extension SettingValue {
  /// None, unless they can be counted.
  public static var choices: [String] { [] }
  /// One of the choices.
  public static var expected: String {
    choices.dropLast().joined(separator: ", ") + (choices.count > 1 ? " or " : "") + (choices.last ?? "")
  }
}

extension SettingValue where Self: LosslessStringConvertible {
  /// As Swift reads it.
  public init?(word: String) { self.init(word) }
}

extension SettingValue where Self: CustomStringConvertible {
  /// As it describes itself.
  public var word: String? { description }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  /// One of the cases.
  public init?(word: String) { self.init(rawValue: word) }
  /// As it is spelled.
  public var word: String? { rawValue }
  /// The cases.
  public static var choices: [String] { allCases.map(\.rawValue) }
}

extension Int: SettingValue {
  /// In words.
  public static var expected: String { "a whole number" }
}

extension UInt64: SettingValue {
  /// In words.
  public static var expected: String { "a whole number from 0" }
}

extension Double: SettingValue {
  /// In words.
  public static var expected: String { "a number" }
}

extension Float: SettingValue {
  /// In words.
  public static var expected: String { "a number" }
}

extension String: SettingValue {
  /// In words.
  public static var expected: String { "text" }
}

extension Bool: SettingValue {
  /// In words.
  public static var expected: String { "true or false" }
}

/// What may be left open.
extension Optional: SettingValue where Wrapped: SettingValue {
  /// Of what may be there.
  public init?(word: String) {
    guard let value = Wrapped(word: word) else { return nil }
    self = .some(value)
  }
  /// Of what is there.
  public var word: String? { flatMap(\.word) }
  /// Of what may be there.
  public static var choices: [String] { Wrapped.choices }
  /// Of what may be there.
  public static var expected: String { Wrapped.expected }
}

/// Several in one word, parted by commas.
extension Array: SettingValue where Element: SettingValue {
  /// `nil` where one of them is none, or empty.
  public init?(word: String) {
    let parts = word.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
    let values = parts.map { $0.isEmpty ? nil : Element(word: String($0)) }
    guard let values = values as? [Element] else { return nil }
    self = values
  }
  /// With commas between them.
  public var word: String? { compactMap(\.word).joined(separator: ",") }
  /// In words.
  public static var expected: String { "\(Element.expected), or several parted by commas" }
}

/// Numbers from one to another.
extension ClosedRange: SettingValue where Bound == Int {
  /// Reads `0-31`, or one number.
  public init?(word: String) {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let ends = ends as? [Int], (1...2).contains(ends.count), ends[0] >= 0, ends[ends.count - 1] >= ends[0] else {
      return nil
    }
    self = ends[0]...ends[ends.count - 1]
  }
  /// `0-31`
  public var word: String? { "\(lowerBound)-\(upperBound)" }
  /// In words.
  public static var expected: String { "a number, or two such as 0-31" }
}

extension PictureSize: SettingValue {
  /// As ``PictureSize/init(parsing:)`` reads it.
  public init?(word: String) { self.init(parsing: word) }
  /// `HxW`
  public var word: String? { written }
  /// In words.
  public static var expected: String { "a height and a width such as 224x320, or one number for both" }
}
