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

  /// Runs the steps in order, each into a folder of its own; those that an earlier run finished with the same settings
  /// and files are skipped, so that a killed run goes on where it was.
  ///
  /// - Parameters:
  ///   - threads: of each step that says nothing of its own about them.
  ///   - execute: runs one command line and returns its exit status.
  ///   - progress: called before each step with its number and whether it is skipped.
  /// - Returns: steps that left something out (exit status 2). They count as not done.
  /// - Throws: ``DocumentError`` where a step fails, ``FormatError``.
  public func run(
    into folder: String, threads: Int? = nil, execute: ([String]) throws -> Int32,
    progress: (_ step: Step, _ number: Int, _ of: Int, _ skipped: Bool) -> Void
  ) throws -> [Step] {
    var incomplete: [Step] = []
    for (index, step) in steps.enumerated() {
      let output = folder + "/" + step.name
      let state = try Self.state(of: step)
      let marker = output + "/step.json"
      let isDone = FileManager.default.contents(atPath: marker) == state
      progress(step, index + 1, steps.count, isDone)
      if isDone { continue }
      // Others see by it which step is running.
      let lock = SeriesFolder.lock(step, of: folder)
      defer { withExtendedLifetime(lock) {} }
      try? FileManager.default.removeItem(atPath: marker)
      // The folders of steps are the series' own: an older result gives way.
      let status = try execute(arguments(of: step, threads: threads) + ["--output", output, "--force"])
      if status == 2 {
        incomplete.append(step)
        continue
      }
      guard status == 0 else {
        throw DocumentError(
          source: path, line: step.line, message: "the step '\(step.name)' failed with exit status \(status)")
      }
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
      try AtomicFile.write(marker) { try $0.append(state) }
      SeriesFolder.forgetFailure(of: step, in: folder)
    }
    return incomplete
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
