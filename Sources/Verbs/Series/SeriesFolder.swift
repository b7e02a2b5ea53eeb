import Foundation
import GinghamDocuments
import GinghamReporting
import GinghamTensors

/// What is known of the units of a series, in files of its folder: any number of processes, on one computer or many, work
/// on one series and leave each other's units alone.
///
///     .series/units.json       every unit with its words
///     .series/NAME.lock        held by the process that works on it; the system lets go of it when the process ends
///     .series/NAME.failed      why it failed, with the state that failed
///     .series/NAME.log         what its process said
///     NAME/step.json           the state that is done
public struct SeriesFolder: Sendable {
  /// Of the series.
  public let path: String
  /// In the order of the file.
  public let units: [RunRecipe.Step]

  private static let place = ".series"

  /// How far a unit is.
  public enum State: Hashable, Sendable {
    case done
    case running
    /// It was tried, and will not be again unless somebody asks for it.
    case failed(reason: String)
    /// It was not begun, or cut off.
    case waiting
  }

  private struct Failure: Codable {
    var state: Data
    var reason: String
  }

  private struct Record: Codable {
    var name: String
    var arguments: [String]
    var line: Int
  }

  /// Of a series that is about to be run: its units are written down.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public init(_ recipe: RunRecipe, at path: String) throws {
    (self.path, units) = (path, recipe.steps)
    let place = path + "/" + Self.place
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    } catch {
      throw FormatError.unwritable(path: place, reason: error.localizedDescription)
    }
    let records = units.map { Record(name: $0.name, arguments: $0.arguments, line: $0.line) }
    let data = try records.json(keys: .useDefaultKeys)
    let file = place + "/units.json"
    if FileManager.default.contents(atPath: file) != data { try AtomicFile.write(file) { try $0.append(data) } }
  }

  /// Of a series that was begun.
  ///
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where none was.
  public init(begunAt path: String) throws {
    self.path = path
    guard let data = FileManager.default.contents(atPath: "\(path)/\(Self.place)/units.json"),
      let records = try? JSONDecoder().decode([Record].self, from: data),
      records.allSatisfy({ $0.name.staysInside && !$0.name.contains("/") })
    else { throw FormatError.unreadable(path: path, reason: "no series was begun in it") }
    units = records.map { RunRecipe.Step(name: $0.name, arguments: $0.arguments, line: $0.line) }
  }

  // MARK: States

  /// - Throws: what reading a file does that the unit names.
  public func state(of unit: RunRecipe.Step) throws -> State {
    let state = try RunRecipe.state(of: unit)
    if isDone(unit, state) { return .done }
    if FileManager.default.fileExists(atPath: file("lock", of: unit)), lock(unit) == nil {
      return .running
    }
    return failure(of: unit, state).map { .failed(reason: $0) } ?? .waiting
  }

  private func isDone(_ unit: RunRecipe.Step, _ state: Data) -> Bool {
    FileManager.default.contents(atPath: marker(of: unit)) == state
  }

  private func failure(of unit: RunRecipe.Step, _ state: Data) -> String? {
    guard let data = FileManager.default.contents(atPath: file("failed", of: unit)),
      let failure = try? JSONDecoder().decode(Failure.self, from: data), failure.state == state
    else { return nil }
    return failure.reason
  }

  func output(of unit: RunRecipe.Step) -> String { path + "/" + unit.name }
  private func marker(of unit: RunRecipe.Step) -> String { output(of: unit) + "/step.json" }
  private func file(_ kind: String, of unit: RunRecipe.Step) -> String { "\(path)/\(Self.place)/\(unit.name).\(kind)" }

  /// Where the output of a scheduler's tasks goes.
  public var logs: String { path + "/" + Self.place }

  /// Holds a unit for this process; `nil` where another one does.
  private func lock(_ unit: RunRecipe.Step) -> FileLock? { FileLock(file("lock", of: unit)) }

  // MARK: Work

  /// Runs all steps in their order, up to the first that fails; those that an earlier run finished with the same settings
  /// and files are skipped, so that a killed run goes on where it was.
  ///
  /// - Parameters:
  ///   - source: the file that describes the series, for errors.
  ///   - arguments: of a step.
  ///   - execute: runs one command line and returns its exit status.
  ///   - progress: called before each step with its number and whether it is skipped.
  /// - Returns: steps that left something out (exit status 2). They count as not done.
  /// - Throws: ``DocumentError`` where a step fails, ``FormatError``.
  public func performAll(
    of source: String, arguments: (RunRecipe.Step) -> [String], execute: ([String]) throws -> Int32,
    progress: (_ step: RunRecipe.Step, _ number: Int, _ isSkipped: Bool) -> Void
  ) throws -> [RunRecipe.Step] {
    var incomplete: [RunRecipe.Step] = []
    for (index, step) in units.enumerated() {
      let state = try RunRecipe.state(of: step)
      let isSkipped = isDone(step, state)
      progress(step, index + 1, isSkipped)
      if isSkipped { continue }
      // Others see by it which step is running.
      let lock = lock(step)
      defer { withExtendedLifetime(lock) {} }
      switch try run(step, arguments(step), execute) {
      case 0: try finish(step, state)
      case 2: incomplete.append(step)
      case let status:
        throw DocumentError(
          source: source, line: step.line, message: "the step '\(step.name)' failed with exit status \(status)")
      }
    }
    return incomplete
  }

  /// Runs units one after the other. What is done is skipped, so is what another process works on, and what failed
  /// unless it is to be tried again. A unit that fails leaves its reason, and the others go on.
  ///
  /// - Parameters:
  ///   - execute: runs one command line, what it says going into a file, and returns its exit status, or less than 0
  ///     where a signal ended it.
  ///   - progress: told of each unit, and what becomes of it.
  /// - Throws: ``FormatError``.
  public func perform(
    _ units: [RunRecipe.Step], arguments: (RunRecipe.Step) -> [String], retries: Bool,
    execute: (_ arguments: [String], _ log: String) throws -> Int32,
    progress: (_ unit: RunRecipe.Step, _ what: String) -> Void
  ) throws {
    for unit in units {
      guard let lock = lock(unit) else {
        progress(unit, "another process works on it")
        continue
      }
      let state = try RunRecipe.state(of: unit)
      if isDone(unit, state) {
        progress(unit, "done already")
      } else if !retries, let reason = failure(of: unit, state) {
        progress(unit, "failed already: \(reason)")
      } else {
        progress(unit, "")
        let log = file("log", of: unit)
        let status = try run(unit, arguments(unit)) { try execute($0, log) }
        if status == 0 {
          try finish(unit, state)
        } else {
          let failure = Failure(state: state, reason: Self.reason(status: status, log: log))
          let data = try failure.json(keys: .useDefaultKeys)
          try AtomicFile.write(file("failed", of: unit)) { try $0.append(data) }
        }
      }
      withExtendedLifetime(lock) {}
    }
  }

  /// The folders of units are the series' own: an older result gives way.
  private func run(
    _ unit: RunRecipe.Step, _ arguments: [String], _ execute: ([String]) throws -> Int32
  ) throws -> Int32 {
    try? FileManager.default.removeItem(atPath: marker(of: unit))
    return try execute(arguments + ["--output", output(of: unit), "--force"])
  }

  /// Marks a unit as done. It has not failed then, whoever did it.
  private func finish(_ unit: RunRecipe.Step, _ state: Data) throws {
    try FileManager.default.createDirectory(atPath: output(of: unit), withIntermediateDirectories: true)
    try AtomicFile.write(marker(of: unit)) { try $0.append(state) }
    try? FileManager.default.removeItem(atPath: file("failed", of: unit))
  }

  private static func reason(status: Int32, log: String) -> String {
    if status < 0 { return "ended by signal \(-status)" }
    let text = FileManager.default.contents(atPath: log).map { String(decoding: $0.suffix(4000), as: UTF8.self) } ?? ""
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    let said = lines.last { $0.hasPrefix("Error: ") } ?? lines.last
    return "exit status \(status)" + (said.map { ": \($0.printable(limit: 400))" } ?? "")
  }
}
