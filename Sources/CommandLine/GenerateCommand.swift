import ArgumentParser
import Foundation
import Gingham

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Draws samples of a generator and measures their grid beside what its architecture predicts.",
    discussion: """
      A generator is any net whose output is N×C×H×W with 1, 3 or 4 channels. Nets of random numbers draw --samples of
      --seed; nets of pictures take --images. Other inputs are fixed with --input NAME=VALUE, such as
      --input style_weights=onehot:7. Equal seeds give equal samples, however many are drawn.

      The samples are judged together: an artifact shows in single pictures; a faint one is below every picture's own
      detail, but at the same pixels and with the same sign in all of them (from eight samples on).
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @OptionGroup var sampling: SampleOptions

  @Option(help: ArgumentHelp("Latents to use in place of drawn ones: N×Z or N×C×1×1.", valueName: "file.npy"))
  var latents: String?

  @Option(help: "Bits a sample of the PNG files: 8 or 16.")
  var bits: BitDepth = .eight

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard latents == nil || sampling.images.isEmpty else {
      throw ValidationError("--latents and --images exclude each other")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    var settings = sampling.settings
    settings.latents = latents
    let run = try GenerateRun(model, settings: settings, backend: common.backend, threads: common.threadCount)
    let result = try run.result { progress.step($0, $1, of: $2) }
    progress.step("writing")
    let folder = try common.folder(verb: "generate", model: self.model)
    try result.write(into: folder, depth: bits, threads: common.threadCount)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(
      Manifest(
        command: CommandLine.arguments, version: ginghamVersion, model: self.model, modelDigest: model.digest(),
        backend: common.backend.rawValue, threads: common.threadCount, seed: Int(exactly: sampling.seed),
        parameters: [
          "samples": .integer(sampling.samples), "images": .array(sampling.images.map(JSONValue.string)),
          "latents": latents.map(JSONValue.string) ?? .null, "range": .string(run.sampler.range.description),
          "bits": .integer(bits.rawValue), "periods": .string(sampling.periods.description),
          "inputs": .array(modelOptions.inputs.map(JSONValue.string)),
        ],
        started: started))
    progress.finish()
    let skipped = result.findings.skipped
    if common.json { for file in skipped { progress.remark("left out: \(file.reason)") } }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
    if !skipped.isEmpty { throw ExitCode(2) }
  }
}

extension BitDepth: ExpressibleByArgument {
  public init?(argument: String) {
    guard let bits = Int(argument) else { return nil }
    self.init(rawValue: bits)
  }

  public var defaultValueDescription: String { "\(rawValue)" }
}
