import GinghamTensors

/// How far a series is.
struct SeriesReport: Encodable {
  struct Failed: Encodable {
    var unit: String
    var reason: String
  }

  var units: Int
  var done = 0
  var running = 0
  var waiting = 0
  var runningUnits: [String] = []
  var failed: [Failed] = []

  init(series: SeriesFolder) throws {
    units = series.units.count
    for unit in series.units {
      switch try series.state(of: unit) {
      case .done: done += 1
      case .running:
        running += 1
        runningUnits.append(unit.name)
      case .waiting: waiting += 1
      case .failed(let reason): failed.append(Failed(unit: unit.name, reason: reason))
      }
    }
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
  /// In a remark.
  var text: String {
    switch self {
    case .done: "done"
    case .running: "another process works on it"
    case .failed(let reason): reason
    case .waiting: "not begun, or cut off"
    }
  }
}
