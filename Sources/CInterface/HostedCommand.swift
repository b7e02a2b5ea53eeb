import ArgumentParser
import Foundation
import Gingham
import GinghamCommandLine

/// A command line inside a process that belongs to somebody else: its words are parsed and performed as the tool does, and
/// what comes of it is handed over. Nothing is printed, nothing is read from standard input, no process is started or ended.
public enum HostedCommand {
  /// - Parameters:
  ///   - words: as on the command line, the verb first.
  ///   - begin: called when the words are understood and work begins; not for help.
  /// - Throws: ``HostedFailure``.
  public static func perform(
    _ words: [String], progress: RunProgress = .silent, begin: () throws -> Void = {}
  ) throws -> Outcome {
    try HostedFailure.explaining {
      do {
        return try perform(GinghamCommand.parseAsRoot(words), words, progress: progress, begin: begin)
      } catch  where GinghamCommand.exitCode(for: error) == .success {
        return Outcome(text: GinghamCommand.fullMessage(for: error))
      }
    }
  }

  private static func perform(
    _ command: any ParsableCommand, _ words: [String], progress: RunProgress, begin: () throws -> Void
  ) throws -> Outcome {
    switch command {
    case let verb as any VerbCommand:
      try verb.requireEnd()
      if try verb.makeRun().record.inputs.contains("-") { throw noStandardInput }
      try begin()
      return try verb.outcome(command: ["gingham"] + words, progress: progress)
    case let series as RunCommand:
      try begin()
      return try series.outcome(progress: progress) { try perform($0, progress: progress) }
    default:
      // Help, which comes as an error.
      var command = command
      try command.run()
      return Outcome(text: "")
    }
  }

  /// The net that words name, and how it is run: what every verb that takes one understands.
  ///
  /// - Parameter options: such as `--input-size 64x64` or `--backend reference`, word by word.
  /// - Throws: ``HostedFailure``.
  public static func model(
    _ model: String, options: [String]
  ) throws -> (source: ModelSource, engine: EngineChoice, team: ThreadTeam) {
    try HostedFailure.explaining {
      guard let command = try GinghamCommand.parseAsRoot(["layers"] + options + ["--", model]) as? LayersCommand else {
        throw ValidationError("the options hold a verb")
      }
      let context = try command.common.conditions.context()
      return (try command.modelOptions.source(model), context.engine, context.team)
    }
  }

  /// What `gradient` would be asked to do with these options.
  ///
  /// - Parameter options: such as `--target class:281 --method smoothgrad`, word by word.
  /// - Throws: ``HostedFailure``.
  public static func gradientSettings(_ options: [String]) throws -> GradientSettings {
    try HostedFailure.explaining {
      // The net and the pictures are the caller's own.
      guard
        let command = try GinghamCommand.parseAsRoot(["gradient"] + options + ["--", "net", "picture"])
          as? GradientCommand
      else { throw ValidationError("the options hold a verb") }
      let settings = try command.settings
      guard !settings.compare else { throw ValidationError("a comparison is a run: --compare goes with the verb") }
      return settings
    }
  }

  /// Every verb with its options, as JSON: commands, arguments, kinds, defaults and help.
  public static var description: String { GinghamCommand._dumpHelp() }

  private static var noStandardInput: any Error {
    FormatError.unreadable(path: "-", reason: "there is no standard input here; name the files")
  }
}

/// Why a command line came to nothing, in the command line's words.
public struct HostedFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// `usage`, `interrupted`, or what the error is about: `network`, `objective`, `format`, …
  public var kind: String
  /// What is wrong, where, and what to do about it.
  public var description: String

  /// With the properties of the same names.
  public init(kind: String, description: String) {
    (self.kind, self.description) = (kind, description)
  }

  /// Any error, with a hint where there is one.
  public init(_ error: any Error) {
    switch error {
    case let failure as HostedFailure: self = failure
    case is InterruptionError: self.init(kind: "interrupted", description: "\(error)")
    case let error as SettingError: self.init(kind: "usage", description: Hints.text(of: error))
    case _ where GinghamCommand.exitCode(for: error) == .validationFailure:
      self.init(kind: "usage", description: GinghamCommand.message(for: error))
    default:
      self.init(kind: Self.kind(of: error), description: Hints.described(error) ?? "\(error)")
    }
  }

  /// Errors are types named after what they are about: of ``NetworkError`` it is `network`.
  private static func kind(of error: any Error) -> String {
    let name = "\(type(of: error))"
    let subject = name.hasSuffix("Error") ? String(name.dropLast("Error".count)) : name
    return subject.snakeCased.split(separator: "_").joined(separator: "-")
  }

  /// Does something, and puts what it throws into words.
  ///
  /// - Throws: ``HostedFailure``.
  public static func explaining<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw HostedFailure(error)
    }
  }
}
