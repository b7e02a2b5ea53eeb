import Foundation
import GinghamDocuments
import GinghamModels
import GinghamReporting
import GinghamTensors

extension RunRecipe {
  /// A step's command line, with the series' threads where it says nothing of its own about them.
  public func arguments(of step: Step, threads: Int?) -> [String] {
    guard let threads, !step.arguments.contains(where: { $0 == "--threads" || $0.hasPrefix("--threads=") }) else {
      return step.arguments
    }
    return step.arguments + ["--threads", "\(threads)"]
  }

  /// Looks at everything of every step, so that a mistake in the last one does not wait for the others to finish:
  /// settings, models and their sizes, objectives, and whether the files exist that are read.
  ///
  /// - Parameters:
  ///   - folder: of the series. What is read from there is written by an earlier step, and passed over.
  ///   - run: makes a step's run.
  ///   - description: puts errors into words.
  /// - Throws: ``DocumentError`` with the step's line.
  public func check(
    into folder: String, run: (Step) throws -> (any Run)?, describing description: (any Error) -> String
  ) throws {
    let base = URL(filePath: folder).standardizedFileURL.path(percentEncoded: false)
    func isToCome(_ path: String) -> Bool {
      let path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
      return path.hasPrefix(base.hasSuffix("/") ? base : base + "/")
    }
    var last: (key: String, model: Model)?
    for step in steps {
      do {
        guard let run = try run(step) else { continue }
        try run.validate()
        let record = run.record
        // A step's standard input is its tie to the series, which nobody writes into: it would wait for ever.
        if record.inputs.contains("-") {
          throw FormatError.unreadable(
            path: "-", reason: "a step has no standard input; put the list into a file and name it with @ in front")
        }
        try record.checkInputs(except: isToCome)
        guard var source = record.model, !isToCome(source.specification) else { continue }
        source.skipsRandomWeights = true
        // Steps mostly share a model: it is loaded once.
        let key = "\(source)"
        let model: Model
        if let last, last.key == key {
          model = last.model
        } else {
          last = nil
          model = try source.load()
          last = (key, model)
        }
        _ = try model.bound()
        try run.check(model, in: RunContext())
      } catch {
        throw DocumentError(
          source: path, line: step.line, message: "the step '\(step.name)': \(description(error))")
      }
    }
  }

  /// Everything that decides what a step makes: its words, the files that it names, the version.
  static func state(of step: Step) throws -> Data {
    var files: [String: JSONValue] = [:]
    for path in step.arguments.flatMap(InputFiles.named(in:)) {
      files[path] = .string(try FileDigest.sha256(path: path))
    }
    let state: JSONValue = [
      "arguments": .array(step.arguments.map(JSONValue.string)), "files": .object(files),
      "version": .string(ginghamVersion),
    ]
    return try state.json()
  }
}
