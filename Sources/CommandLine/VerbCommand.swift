import ArgumentParser
import Gingham

/// A verb on the command line: options, and the run that they make.
package protocol VerbCommand: ParsableCommand {
  var common: RunOptions { get }

  /// - Throws: ``SettingError`` where a word cannot be read or options exclude each other.
  func makeRun() throws -> any Run
}

extension VerbCommand {
  package func validate() throws { try Hints.usage { try makeRun().validate() } }

  package func run() throws { try performAndReport().end() }

  /// - Returns: what was reported.
  func performAndReport() throws -> Outcome {
    let progress = common.progress
    let outcome = try Hints.given {
      try self.outcome(command: CommandLine.arguments, progress: RunProgress(on: progress))
    }
    try common.report(outcome, progress)
    return outcome
  }

  /// - Throws: `ValidationError` where the verb goes on until somebody ends its process.
  package func requireEnd() throws {
    if (self as? ExploreCommand)?.serve == true {
      throw ValidationError("--serve goes on until it is interrupted: it is for a command line of its own")
    }
  }

  /// Performs the verb and tells nobody.
  ///
  /// - Parameter command: as it was typed, for the manifest.
  /// - Throws: what the run throws.
  package func outcome(command: [String], progress: RunProgress) throws -> Outcome {
    func outcome(of run: some Run) throws -> Outcome {
      try Outcome(common.conditions.perform(run, command: command, telling: progress))
    }
    return try outcome(of: makeRun())
  }
}
