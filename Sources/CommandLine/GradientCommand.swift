import ArgumentParser
import Foundation
import Gingham

struct GradientCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradient",
    abstract: "Computes the input gradient of an objective, draws it, and measures its checkerboard.",
    discussion: """
      OBJECTIVE is top (the predicted class), class:281, class:"Egyptian cat", channel:LAYER:97, neuron:LAYER:97 (its
      centre), neuron:LAYER:97:Y,X, layer:LAYER (half its squared norm), direction:LAYER:file.npy, the shorthand
      LAYER:97, or a sum such as "0.5*A + B - C".
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case gradient, smoothgrad, integrated, guided, deconvnet, gradcam
    case inputTimesGradient = "input-x-gradient"
  }

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Argument(help: "PNG or JPEG pictures.")
  var images: [String]

  @Option(help: ArgumentHelp("What the gradient is of.", valueName: "objective"))
  var target = "top"

  @Option(help: "How gradients become a map.")
  var method: Method = .gradient

  @Option(help: "The layer to take the gradient at, or Grad-CAM's layer.")
  var at: String?

  @Option(help: "Noisy copies of smoothgrad (5), or steps of integrated (50).")
  var samples: Int?

  @Option(help: "Noise of smoothgrad, in the network's normalized units.")
  var noise: Float = 1

  @Option(help: "Seed of smoothgrad's noise.")
  var seed: UInt64 = 0

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    if let samples, !(1...100_000).contains(samples) {
      throw ValidationError("--samples takes a number from 1, not \(samples)")
    }
    guard noise >= 0, noise.isFinite else { throw ValidationError("--noise takes a number from 0, not \(noise)") }
    if at != nil, method != .gradient, method != .gradcam {
      throw ValidationError("--at goes with the methods gradient and gradcam")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    let gradientRun = try GradientRun(
      model, target: target, method: attributionMethod, backend: common.backend, threads: common.threadCount)
    let folder = try outputOptions.folder(verb: "gradient", model: self.model)
    var results: [GradientRun.Result] = []
    for (index, path) in images.enumerated() {
      progress.step("pictures", index, of: images.count)
      let result = try gradientRun.result(pictureAt: path)
      try result.draw(into: folder, under: images.count > 1 ? folder.subfolder(for: path) : "")
      results.append(result)
    }
    let findings = try gradientRun.findings(results)
    try folder.write("gradient.npy") { try Tensor.stacked(results.map(\.map)).write(npy: $0) }
    try folder.write("findings.json", data: findings.json())
    try folder.commit(manifest(started: started, digest: model.digest()))
    progress.finish()
    for remark in gradientRun.remarks { progress.remark(remark) }
    try common.report(findings, text: findings.text + "\nWritten to \(folder.path)")
  }

  private var attributionMethod: any AttributionMethod {
    switch method {
    case .gradient: at.map(LayerGradient.init) ?? Gradient()
    case .inputTimesGradient: InputTimesGradient()
    case .smoothgrad: SmoothGrad(samples: samples ?? 5, deviation: noise, seed: seed)
    case .integrated: IntegratedGradients(steps: samples ?? 50)
    case .guided: GuidedBackpropagation()
    case .deconvnet: DeconvolutionNetwork()
    case .gradcam: GradCAM(layer: at)
    }
  }

  private func manifest(started: Date, digest: String?) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: model, modelDigest: digest,
      backend: common.backend.rawValue, threads: common.threadCount, seed: method == .smoothgrad ? Int(seed) : nil,
      parameters: [
        "target": .string(target), "method": .string(method.rawValue), "at": at.map(JSONValue.string) ?? .null,
        "samples": samples.map(JSONValue.integer) ?? .null, "noise": .number(Double(noise)),
        "images": .array(images.map(JSONValue.string)),
      ],
      started: started)
  }
}
