import ArgumentParser
import Foundation
import Gingham

struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Rewrites the layers that leave a grid, writes the network as ONNX and measures it before and after.",
    discussion: """
      Layers are those behind an uneven band, predicted or measured, unless --layer or --all says otherwise. The methods:

        equalise   the least change that makes a kernel's phase sums equal; the layer stays (for nets that paint)
        nearest    nearest resize and convolution in place of a transposed convolution, fitted to its kernel
        bilinear   the same with a linear resize
        subpixel   convolution and depth-to-space in place of a transposed convolution: exactly the same output
        icnr       the same with the filters of all phases averaged
        blurpool   stride 1 and a strided blur behind it, for strided convolutions and pools (for all other nets)

      Fine-tuning is not needed where outputs differ by up to 5 % of their deviation (root mean square), and advisable
      up to 20 %.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A layer to rewrite; can be given several times.", valueName: "layer"))
  var layer: [String] = []

  @Flag(help: "Rewrite every layer the method applies to.")
  var all = false

  @Option(
    name: .customLong("with"),
    help: "How; equalise for nets that paint, blurpool for all others.")
  var method: RewriteMethod?

  @Option(help: "What a convolution behind a resize finds beyond the border: zero, as in training, or reflect.")
  var border: RewriteOptions.Border = .zero

  @Option(help: "Side of the kernel behind a resize; larger ones fit better and cost more.")
  var kernel: Int?

  @Option(help: ArgumentHelp("Name of the ONNX file in the output folder.", valueName: "file"))
  var out: String?

  @Option(help: "Samples or seeded inputs to measure with; 64 for nets that paint, 16 for all others.")
  var samples: Int?

  @Option(help: "Seed of the samples.")
  var seed: UInt64 = 0

  @Option(parsing: .upToNextOption, help: "Pictures to measure with in place of seeded inputs.")
  var images: [String] = []

  @Option(help: ArgumentHelp("What gradients are of.", valueName: "objective"))
  var target = "top"

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard !all || layer.isEmpty else { throw ValidationError("--all and --layer contradict each other") }
    if let samples, !(1...65536).contains(samples) {
      throw ValidationError("--samples takes a number from 1 to 65536, not \(samples)")
    }
    if let kernel, !(1...64).contains(kernel) {
      throw ValidationError("--kernel takes a number from 1 to 64, not \(kernel)")
    }
    if kernel != nil, let method, method != .nearest, method != .bilinear {
      throw ValidationError("--kernel is the kernel behind a resize: it goes with --with nearest or bilinear")
    }
    if let out, !out.isFileName || !out.lowercased().hasSuffix(".onnx") {
      throw ValidationError("--out is the name of a file in the output folder and ends in .onnx, not '\(out)'")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    let settings = RepairSettings(
      layers: all ? .all : layer.isEmpty ? .uneven : .named(layer), method: method,
      options: RewriteOptions(border: border, kernel: kernel), samples: samples, seed: seed, images: images,
      target: target)
    let run = try RepairRun(model, settings: settings, backend: common.backend, threads: common.threadCount)
    let folder = try common.folder(verb: "repair", model: self.model)
    var result = try run.result { progress.step($0, $1, of: $2) }
    progress.step("writing")
    try run.write(&result, as: out ?? defaultName, into: folder)
    try result.draw(into: folder)
    try folder.write("findings.json", data: result.findings.json())
    try folder.commit(
      Manifest(
        command: CommandLine.arguments, version: ginghamVersion, model: self.model, modelDigest: model.digest(),
        backend: common.backend.rawValue, threads: common.threadCount, seed: Int(clamping: seed),
        parameters: parameters(run.method, samples: result.findings.samples), started: started))
    progress.finish()
    try common.report(result.findings, text: result.findings.text + "\nWritten to \(folder.path)")
  }

  private var defaultName: String {
    URL(filePath: model).deletingPathExtension().lastPathComponent.fileStem + "-repaired.onnx"
  }

  private func parameters(_ method: RewriteMethod, samples: Int) -> [String: JSONValue] {
    [
      "layers": all ? "all" : layer.isEmpty ? "uneven" : .array(layer.map(JSONValue.string)),
      "with": .string(method.rawValue), "border": .string(border.rawValue),
      "kernel": kernel.map(JSONValue.integer) ?? .null, "samples": .integer(samples),
      "images": .array(images.map(JSONValue.string)), "target": .string(target),
    ]
  }
}

extension RewriteMethod: ExpressibleByArgument {}
extension RewriteOptions.Border: ExpressibleByArgument {}
