import Foundation
import Gingham

/// What verbs need that are not yet runs.
extension RunOptions {
  var threadCount: Int { team.threads }
  var progress: Progress { Progress(isShown: !quiet) }

  func folder(verb: String, model: String) throws -> RunFolder {
    try RunFolder(path: output ?? RunFolder.defaultPath(verb: verb, model: model))
  }

  func report(_ findings: some Encodable, text: @autoclosure () -> String) throws {
    if json {
      try FileHandle.standardOutput.write(contentsOf: findings.json())
    } else {
      print(text())
    }
  }
}

extension Progress {
  func step(_ what: String) { show(.init(what: what, done: 0, total: nil)) }
  func step(_ what: String, _ done: Int, of total: Int) { show(.init(what: what, done: done, total: total)) }
}
