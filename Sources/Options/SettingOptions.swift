import ArgumentParser
import GinghamVerbs

/// An option for each setting of a table.
///
/// The parser learns of options by reflecting on an instance, and reads their values through `Decodable`, so that an
/// instance whose mirror and decoding follow the table has them all.
package struct SettingOptions<Owner: SettingOwner>: ParsableArguments, CustomReflectable {
  /// The words of settings that were asked for.
  private var given: [String: [String]] = [:]

  package init() {}

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionKey.self)
    for setting in Owner.settings {
      given[setting.name] = try SettingOption(setting).words(in: container)
    }
  }

  package var customMirror: Mirror {
    Mirror(
      self, children: Owner.settings.map { (label: "_" + $0.name, value: SettingOption($0).definition) })
  }

  /// - Throws: ``SettingError``.
  package func applied(to settings: Owner) throws -> Owner { try settings.reading(given) }
}

/// One setting as the parser has it: its form and the type of its words make the property wrapper.
struct SettingOption<Owner: SettingOwner> {
  private let setting: Setting<Owner>

  init(_ setting: Setting<Owner>) { self.setting = setting }

  /// The wrapper that describes it.
  var definition: Any { definition(setting.type) }

  private func definition<Value: SettingValue>(_ type: Value.Type) -> Any {
    typealias Word = OptionWord<Value>
    let name = NameSpecification(
      [setting.name, setting.otherName].compactMap { $0 }.map { .customLong(Mention.typed($0)) })
    let help = ArgumentHelp(setting.help, discussion: setting.explanation, valueName: setting.valueName)
    let usual = Owner.usualWords(of: setting)?.map(Word.init(usual:))
    switch setting.form {
    case .flag:
      return isOn
        ? Flag<Bool>(wrappedValue: true, name: name, inversion: .prefixedNo, help: help)
        : Flag<Bool>(wrappedValue: false, name: name, help: help)
    case .word:
      let parsing = setting.takesMinus ? SingleValueParsingStrategy.unconditional : .next
      guard let word = usual?.first else {
        return Option<Word?>(name: name, parsing: parsing, help: help, completion: completion)
      }
      return Option<Word>(wrappedValue: word, name: name, parsing: parsing, help: help, completion: completion)
    case .words where setting.isRequired:
      return Option<[Word]>(name: name, parsing: .upToNextOption, help: help, completion: completion)
    case .words:
      return Option<[Word]>(
        wrappedValue: usual ?? [], name: name, parsing: .upToNextOption, help: help, completion: completion)
    case .repeated:
      return Option<[Word]>(
        wrappedValue: usual ?? [], name: name, parsing: setting.takesMinus ? .unconditionalSingleValue : .singleValue,
        help: help, completion: completion)
    }
  }

  private var completion: CompletionKind? {
    switch setting.place {
    case .file(let endings): .file(extensions: endings)
    case .folder: .directory
    case nil: nil
    }
  }

  /// Of a flag: whether it is on where nobody turns it over.
  private var isOn: Bool { Owner.usualWords(of: setting) == [true.description] }

  /// What was typed; `nil`: nothing was.
  func words(in container: KeyedDecodingContainer<OptionKey>) throws -> [String]? {
    try words(in: container, setting.type)
  }

  private func words<Value: SettingValue>(
    in container: KeyedDecodingContainer<OptionKey>, _ type: Value.Type
  ) throws -> [String]? {
    typealias Word = OptionWord<Value>
    let key = OptionKey(setting.name)
    let words: [Word]
    switch setting.form {
    case .flag:
      let value = try container.decode(Flag<Bool>.self, forKey: key).wrappedValue
      return value == isOn ? nil : [value.description]
    case .word where Owner.usualWords(of: setting) == nil:
      words = try container.decode(Option<Word?>.self, forKey: key).wrappedValue.map { [$0] } ?? []
    case .word: words = [try container.decode(Option<Word>.self, forKey: key).wrappedValue]
    case .words, .repeated: words = try container.decode(Option<[Word]>.self, forKey: key).wrappedValue
    }
    let typed = words.filter { !$0.isUsual }
    return typed.isEmpty ? nil : typed.map(\.text)
  }
}

/// A word that stands for a value. It is taken as it is: what cannot be read is complained of where settings are made.
private struct OptionWord<Value: SettingValue>: ExpressibleByArgument {
  let text: String
  let isUsual: Bool

  init(argument: String) { (text, isUsual) = (argument, false) }
  init(usual: String) { (text, isUsual) = (usual, true) }

  var defaultValueDescription: String { text }
  static var allValueStrings: [String] { Value.choices }
  static var defaultCompletionKind: CompletionKind { Value.choices.isEmpty ? .default : .list(Value.choices) }
}

/// Any name.
struct OptionKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue name: String) { stringValue = name }
  init?(intValue: Int) { nil }
}
