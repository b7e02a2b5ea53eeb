import GinghamTensors

/// Settings that can be asked for by words: a table of them stands beside the properties.
public protocol SettingOwner: Sendable {
  /// As they are where nobody asks for anything.
  static var usual: Self { get }
  /// In the order in which they are shown, and read.
  static var settings: [Setting<Self>] { get }
}

/// One setting: what it is called, what it takes, and where its words go. Whoever asks for settings by words (command
/// lines, recipes of series, other languages) and whatever shows them (help, completion) goes through rows of these.
public struct Setting<Owner>: Sendable {
  /// How its words are given.
  public enum Form: Sendable {
    /// By its name alone, which turns over what is usual.
    case flag
    /// One, behind its name.
    case word
    /// Several, behind its name.
    case words
    /// Each behind a name of its own.
    case repeated
  }

  /// What in the file system its words name.
  public enum Place: Sendable {
    /// Files, as far as is known with one of these endings; without endings any file or folder.
    case file(endings: [String] = [])
    /// Folders.
    case folder
  }

  /// In snake case.
  public let name: String
  /// How its words are given.
  public let form: Form
  /// One sentence.
  public let help: String
  /// What stands for the word in help texts; `nil`: the name.
  public let valueName: String?
  /// What each word is read as.
  public let type: any SettingValue.Type
  /// Another name of it.
  public private(set) var otherName: String?
  /// Lines for help texts, behind the sentence.
  public private(set) var explanation: String?
  /// `nil`: its words name no files.
  public private(set) var place: Place?
  /// Whether its words may begin with a minus, as `-1..1` does.
  public private(set) var takesMinus = false
  /// Whether there is nothing to do without it.
  public private(set) var isRequired = false
  /// The names of settings that do not go with it.
  fileprivate var excluded: [String] = []
  fileprivate let show: @Sendable (Owner) -> [String]?
  fileprivate let put: @Sendable (inout Owner, [String]) throws -> Void

  /// - Parameters:
  ///   - show: what is settled; `nil`: it is left open.
  ///   - put: settles it.
  init<Value: SettingValue>(
    _ name: String, _ form: Form, of type: Value.Type, _ help: String, valueName: String? = nil,
    show: @escaping @Sendable (Owner) -> [Value]? = { _ in nil },
    put: @escaping @Sendable (inout Owner, [Value]) throws -> Void
  ) {
    (self.name, self.form, self.help, self.valueName, self.type) = (name, form, help, valueName, type)
    self.show = { owner in
      show(owner).flatMap { values in values.map(\.word) as? [String] }
    }
    self.put = { owner, words in
      let values = try words.map { word in
        guard let value = Value(word: word) else {
          throw SettingError.outOfRange(setting: name, value: "'\(word)'", expected: Value.expected)
        }
        return value
      }
      try put(&owner, values)
    }
  }

  /// A property. One of `Bool` is turned over by its name alone.
  init<Value: SettingValue>(
    _ name: String, _ path: WritableKeyPath<Owner, Value> & Sendable, _ help: String, valueName: String? = nil
  ) {
    self.init(name, Value.self == Bool.self ? .flag : .word, of: Value.self, help, valueName: valueName) {
      [$0[keyPath: path]]
    } put: { owner, values in
      if let value = values.last { owner[keyPath: path] = value }
    }
  }

  /// A property that holds several values.
  ///
  /// - Parameter form: `words` or `repeated`.
  init<Value: SettingValue>(
    _ name: String, _ form: Form, _ path: WritableKeyPath<Owner, [Value]> & Sendable, _ help: String,
    valueName: String? = nil
  ) {
    self.init(name, form, of: Value.self, help, valueName: valueName) {
      $0[keyPath: path]
    } put: {
      $0[keyPath: path] = $1
    }
  }
}

extension Setting {
  /// The same under another name, too.
  func called(_ otherName: String) -> Setting { with(\.otherName, otherName) }

  /// The same with lines for help texts.
  func explained(_ lines: [String]) -> Setting { with(\.explanation, lines.joined(separator: "\n")) }

  /// The same, its words naming something in the file system.
  func naming(_ place: Place) -> Setting { with(\.place, place) }

  /// The same, its words beginning with a minus now and then.
  func takingMinus() -> Setting { with(\.takesMinus, true) }

  /// The same, which must be given.
  func required() -> Setting { with(\.isRequired, true) }

  /// The same, which goes with none of these but itself.
  func excluding(_ names: [String]) -> Setting { with(\.excluded, names.filter { $0 != name }) }

  private func with<Value>(_ path: WritableKeyPath<Setting, Value>, _ value: Value) -> Setting {
    var setting = self
    setting[keyPath: path] = value
    return setting
  }
}

extension SettingOwner {
  /// What a setting is where nobody asks for it, as words; `nil`: it is left open.
  public static func usualWords(of setting: Setting<Self>) -> [String]? { setting.show(usual) }

  /// The options that ask for these settings, in the order of the table: of those that are not as usual. What a row does
  /// not show is left out.
  var words: [String] {
    Self.settings.flatMap { row -> [String] in
      guard let words = row.show(self), words != Self.usualWords(of: row) else { return [] }
      let option = Mention.option(row.name)
      return switch row.form {
      case .flag: [words == [true.description] ? option : Mention.option("no_" + row.name)]
      case .word, .repeated: words.flatMap { row.takesMinus ? ["\(option)=\($0)"] : [option, $0] }
      case .words: [option] + words
      }
    }
  }

  /// The same with settings that are asked for by name, each with its words; of a flag `true` or `false`.
  ///
  /// - Throws: ``SettingError`` where there is no such setting, a word cannot be read, or settings exclude each other.
  public func reading(_ words: [String: [String]]) throws -> Self {
    if let name = words.keys.sorted().first(where: { name in !Self.settings.contains { $0.name == name } }) {
      throw SettingError.contradiction(settings: [], message: "there is no setting '\(name)'")
    }
    var result = self
    for setting in Self.settings {
      guard let given = words[setting.name] else { continue }
      if let other = setting.excluded.first(where: { words[$0] != nil }) {
        throw SettingError.exclusive([setting.name, other])
      }
      try setting.put(&result, given)
    }
    return result
  }
}
