import ArgumentParser
import Gingham

/// An option for each setting of a recipe; values are written as in the file.
///
/// The options are those of the table of settings: the parser learns of options by reflecting on an instance, and reads
/// their values through `Decodable`, so that an instance whose mirror and decoding follow the table has them all.
struct RecipeOptions: ParsableArguments, CustomReflectable {
  static let discussion = """
    A preset is a recipe: --print-recipe shows it, --recipe runs an edited one. Single settings are written as in the
    file, for example --transforms "[pad: 12, jitter: 8, scale: [0.95, 1, 1.05]]" or --penalties "{total-variation: 5}".
    """

  /// The settings that were given, as ``Recipe/init(preset:file:changes:)`` takes them.
  private(set) var changes: [(name: String, value: String, source: String)] = []

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for setting in Recipe.settings {
      let option = try container.decode(Option<String?>.self, forKey: Key(setting.name))
      if let value = option.wrappedValue { changes.append((setting.name, value, "--" + setting.option)) }
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: Recipe.settings.map { setting in
        let help = ArgumentHelp(
          "\(setting.help)", discussion: setting.choices, valueName: setting.valueName ?? setting.option)
        let option = Option<String?>(name: .customLong(setting.option), help: help)
        return (label: "_" + setting.name, value: option)
      })
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringValue name: String) { stringValue = name }
    init?(intValue: Int) { nil }
  }
}
