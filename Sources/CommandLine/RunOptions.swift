import ArgumentParser
import Foundation
import Gingham

/// What every verb takes.
struct RunOptions: ParsableArguments {
  @Flag(help: "Print the findings as JSON on standard output, and nothing else there.")
  var json = false

  @Flag(help: "No progress and no remarks on standard error.")
  var quiet = false

  @Option(help: "Threads to compute with; all cores without it.")
  var threads: Int?

  @Option(help: "The engine: fast (oneDNN), reference (plain Swift, 32 bits) or reference64 (64 bits).")
  var backend: Backend = .fast

  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads)")
    }
  }

  /// Prints findings: as JSON where that was asked for, else as text.
  func report(_ findings: some Encodable, text: @autoclosure () -> String) throws {
    if json {
      try FileHandle.standardOutput.write(contentsOf: findings.json())
    } else {
      print(text().printableLines(isIndented: false))
    }
  }

  var progress: Progress { Progress(isShown: !quiet) }
}

/// Where a verb that writes files puts them.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder to write; outputs/<verb>-<model>-<time> without it.", valueName: "dir"))
  var output: String?

  func folder(verb: String, model: String) throws -> RunFolder {
    try RunFolder(path: output ?? RunFolder.defaultPath(verb: verb, model: model))
  }
}
