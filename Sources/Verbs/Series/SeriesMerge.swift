import Foundation
import GinghamReporting
import GinghamTensors

extension SeriesFolder {
  /// Puts what all units found into one file of findings, a table of their figures and a report that leads to them. They
  /// depend on what was found alone: whoever ran the units, the bytes are the same.
  ///
  /// - Returns: units that are not done.
  /// - Throws: ``FormatError``.
  public func merge() throws -> [(unit: RunRecipe.Step, state: State)] {
    var missing: [(unit: RunRecipe.Step, state: State)] = []
    var entries: [JSONValue] = []
    var table = "step,figure,value\n"
    var rows: [[HTMLReport.Cell]] = []
    for unit in units {
      let state = try state(of: unit)
      let words = ShellWord.line(["gingham"] + unit.arguments)
      guard state == .done else {
        missing.append((unit: unit, state: state))
        entries.append(["step": .string(unit.name), "command": .string(words), "findings": .null])
        rows.append([.init(unit.name), .init(words), .init("not done")])
        continue
      }
      let found = findings(of: unit)
      let value = found?.value ?? .null
      entries.append(["step": .string(unit.name), "command": .string(words), "findings": value])
      for (figure, text) in value.figures {
        table += [unit.name, figure, text].map(CSVField.quoted).joined(separator: ",") + "\n"
      }
      let report = "\(unit.name)/report.html"
      let hasReport = FileManager.default.fileExists(atPath: "\(path)/\(report)")
      let file = hasReport ? report : found.map { "\(unit.name)/\($0.file)" }
      rows.append([.init(unit.name, file: file), .init(words), .init("done")])
    }
    var report = HTMLReport(title: "Series of \(units.count) steps")
    report.table([("step", .left), ("command", .left), ("state", .left)], rows: rows)
    try write("series.json", (["steps": .array(entries)] as JSONValue).json(keys: .useDefaultKeys))
    try write("series.csv", Data(table.utf8))
    try write("report.html", report.data)
    return missing
  }

  private func write(_ name: String, _ data: Data) throws {
    try AtomicFile.write(path + "/" + name) { try $0.append(data) }
  }

  /// The file that keeps to a schema of findings, as the manifest lists it.
  private func findings(of unit: RunRecipe.Step) -> (file: String, value: JSONValue)? {
    func read(_ name: String) -> JSONValue? {
      FileManager.default.contents(atPath: output(of: unit) + "/" + name)
        .flatMap { try? JSONDecoder().decode(JSONValue.self, from: $0) }
    }
    guard case .object(let manifest)? = read("manifest.json"), case .array(let files)? = manifest["files"] else {
      return nil
    }
    for case .string(let name) in files where name.hasSuffix(".json") && name.staysInside {
      guard let value = read(name), case .object(let members) = value, case .string? = members["schema"] else {
        continue
      }
      return (name, value)
    }
    return nil
  }
}

extension JSONValue {
  /// Single values under their keys, joined by dots. A list of one is that one; others, which are of pictures or layers,
  /// have tables of their own.
  fileprivate var figures: [(name: String, text: String)] {
    switch self {
    case .object(let members):
      members.keys.sorted().flatMap { key in
        (members[key]?.figures ?? []).map { (name: $0.name.isEmpty ? key : key + "." + $0.name, text: $0.text) }
      }
    case .integer(let value): [(name: "", text: "\(value)")]
    case .number(let value): [(name: "", text: "\(value)")]
    case .boolean(let value): [(name: "", text: "\(value)")]
    case .string(let value): [(name: "", text: value)]
    case .array(let elements): elements.count == 1 ? elements[0].figures : []
    case .null: []
    }
  }
}
