import ArgumentParser
import Gingham
import GinghamOptions
import GinghamProcesses

/// What every verb takes.
package struct RunOptions: ParsableArguments {
  @OptionGroup private var given: SettingOptions<RunConditions>
  @Flag(help: "Print the findings as JSON on standard output, and nothing else there.") var json = false
  @Flag(help: "No progress and no remarks: the result alone, on standard output.") var quiet = false
  @Flag(help: "Tables and lines as wide as they come, in place of the terminal's width.") var wide = false

  package init() {}

  package func validate() throws { try Hints.usage { _ = try conditions } }

  /// What runs are performed under.
  package var conditions: RunConditions {
    get throws { try given.applied(to: .usual) }
  }

  var progress: TerminalProgress { TerminalProgress(isShown: !quiet) }

  /// Reports what came out: as JSON where that was asked for, else as text.
  func report(_ outcome: Outcome, _ progress: TerminalProgress) throws {
    progress.finish()
    for remark in outcome.remarks { progress.remark(remark) }
    if json {
      for file in outcome.skipped { progress.remark("left out: \(file.reason)") }
      try StandardOutput.write(outcome.findings)
    } else {
      let text = TextLayout.$width.withValue(wide ? nil : Terminal.width) {
        TextLayout.wrapped(outcome.text().printableLines(isIndented: false))
      }
      try StandardOutput.write(line: text)
    }
  }
}

extension RunProgress {
  /// On the terminal.
  init(on terminal: TerminalProgress) { self.init { terminal.show($0.what, $0.done, of: $0.total) } }
}

extension Outcome {
  /// - Throws: `ExitCode` where the process ends with another status than 0.
  func end() throws {
    if exitStatus != 0 { throw ExitCode(exitStatus) }
  }
}
