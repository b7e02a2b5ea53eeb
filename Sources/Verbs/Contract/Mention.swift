/// How findings and remarks point at verbs and settings: in one place, as they are typed, so that equal results are equal
/// bytes whoever performs the run.
public enum Mention {
  /// `gingham predict MODEL`, in backticks.
  static func verb(_ name: String, _ arguments: String...) -> String {
    "`" + (["gingham", name] + arguments).joined(separator: " ") + "`"
  }

  /// The option that gives a setting a value, by the setting's name in manifests.
  public static func option(_ setting: String, _ values: String...) -> String {
    (["--" + typed(setting)] + values).joined(separator: " ")
  }

  /// A setting's name as it is typed, without the dashes in front.
  public static func typed(_ setting: String) -> String { setting.replacing("_", with: "-") }
}
