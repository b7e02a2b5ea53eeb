import ArgumentParser

/// Files that list pictures, for every verb that takes some.
struct ListOption: ParsableArguments {
  @Option(
    name: .customLong("list"), parsing: .singleValue,
    help: ArgumentHelp(
      "A file that lists pictures, one a line, as @FILE does; - is standard input. Can be given several times.",
      valueName: "file"), completion: .file())
  var lists: [String] = []

  /// As pictures are named.
  var words: [String] { lists.map { $0 == "-" ? $0 : "@" + $0 } }

  /// - Throws: `ValidationError` where neither a list nor a picture is named.
  func requirePictures(beside pictures: [String]) throws {
    guard pictures.isEmpty, lists.isEmpty else { return }
    throw ValidationError("name pictures, folders, archives or patterns, or files that list them (--list)")
  }
}
