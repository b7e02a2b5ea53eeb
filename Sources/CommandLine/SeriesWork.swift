import Foundation
import Gingham

/// Shares of a series, run one unit after the other in this process' name.
struct SeriesWork {
  let series: SeriesFolder
  let retries: Bool
  let arguments: (RunRecipe.Step) -> [String]
  let execute: ([String], _ log: String) throws -> Int32
  let report: (String) -> Void

  /// A task's share.
  func only(_ units: [RunRecipe.Step]) throws -> Outcome {
    try perform(units)
    let open = try units.map { (unit: $0, state: try series.state(of: $0)) }.filter { $0.state != .done }
    return outcome("\(units.count - open.count) of \(units.count) steps are done", open)
  }

  /// What reads other units' results, and the merging of all.
  func last(_ shares: SeriesShares) throws -> Outcome {
    try perform(shares.dependent)
    return outcome("Written to \(series.path)", try series.merge())
  }

  /// All shares and the merging, in the order in which one task after the other would run them.
  func all(_ shares: SeriesShares) throws -> Outcome {
    for number in 1...shares.count { try perform(shares.share(number)) }
    return try last(shares)
  }

  private func perform(_ units: [RunRecipe.Step]) throws {
    try series.perform(units, arguments: arguments, retries: retries, execute: execute) { unit, what in
      report(unit.name + (what.isEmpty ? "" : ": \(what)"))
    }
  }

  private func outcome(_ text: String, _ open: [(unit: RunRecipe.Step, state: SeriesFolder.State)]) -> Outcome {
    var outcome = Outcome(text: text, folder: series.path)
    outcome.remarks = open.map { "'\($0.unit.name)' is not done: \($0.state.text)" }
    outcome.exitStatus = open.isEmpty ? 0 : 2
    return outcome
  }
}

/// How far a series is.
struct SeriesReport: Encodable {
  struct Failed: Encodable {
    var unit: String
    var reason: String
  }

  var units: Int
  var done = 0
  var running: Int { runningUnits.count }
  var waiting = 0
  var runningUnits: [String] = []
  var failed: [Failed] = []

  init(series: SeriesFolder) throws {
    units = series.units.count
    for unit in series.units {
      switch try series.state(of: unit) {
      case .done: done += 1
      case .running: runningUnits.append(unit.name)
      case .waiting: waiting += 1
      case .failed(let reason): failed.append(Failed(unit: unit.name, reason: reason))
      }
    }
  }

  private enum CodingKeys: String, CodingKey {
    case units, done, running, waiting, runningUnits, failed
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(units, forKey: .units)
    try container.encode(done, forKey: .done)
    try container.encode(running, forKey: .running)
    try container.encode(waiting, forKey: .waiting)
    try container.encode(runningUnits, forKey: .runningUnits)
    try container.encode(failed, forKey: .failed)
  }

  var outcome: Outcome {
    get throws {
      let head = "\(units) steps: \(done) done, \(running) running, \(failed.count) failed, \(waiting) waiting"
      let lines = runningUnits.map { "running \($0)" } + failed.map { "failed \($0.unit): \($0.reason)" }
      var outcome = Outcome(text: ([head] + lines).joined(separator: "\n"))
      outcome.findings = try json()
      return outcome
    }
  }
}

extension SeriesFolder.State {
  fileprivate var text: String {
    switch self {
    case .done: "done"
    case .running: "another process works on it"
    case .failed(let reason): reason
    case .waiting: "not begun, or cut off"
    }
  }
}
