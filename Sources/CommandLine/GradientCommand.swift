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

      The methods lattice-jitter, uniform-jitter, backward-smoothing, phase-equalisation, lattice-notch and low-pass \
      take the grid out of the gradient, each in its way. They are surrogates, no derivatives: their cosine to the true \
      gradient is reported. --compare tables them all.
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case gradient, smoothgrad, integrated, guided, deconvnet, gradcam
    case inputTimesGradient = "input-x-gradient"
    case latticeJitter = "lattice-jitter"
    case uniformJitter = "uniform-jitter"
    case backwardSmoothing = "backward-smoothing"
    case phaseEqualisation = "phase-equalisation"
    case latticeNotch = "lattice-notch"
    case lowPass = "low-pass"
  }

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Argument(help: "PNG or JPEG pictures.")
  var images: [String]

  @Option(help: ArgumentHelp("What the gradient is of.", valueName: "objective"))
  var target = "top"

  @Option(help: "How gradients become a map.")
  var method: Method = .gradient

  @Flag(help: "Table the gradient and its mitigated surrogates: evenness, cosine, faithfulness, time.")
  var compare = false

  @Option(help: "The layer to take the gradient at, or Grad-CAM's layer.")
  var at: String?

  @Option(help: "Copies of smoothgrad (5) and uniform-jitter (16), or steps of integrated (50).")
  var samples: Int?

  @Option(help: "Noise of smoothgrad, in the network's normalized units.")
  var noise: Float = 1

  @Option(help: "Seed of smoothgrad's noise and uniform-jitter's shifts.")
  var seed: UInt64 = 0

  @Option(help: SignalAssumption.help)
  var signals: SignalAssumption = .white

  @OptionGroup var mitigation: MitigationOptions

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
    guard !compare || (at == nil && method == .gradient) else {
      throw ValidationError("--compare takes all methods at the pixels: give neither --method nor --at")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    progress.step("loading")
    let model = try modelOptions.load(model)
    if compare { return try compareMethods(model, started: started, progress) }
    let gradientRun = try GradientRun(
      model, target: target, method: try attributionMethod(model), signals: signals.signals, backend: common.backend,
      threads: common.threadCount)
    let folder = try outputOptions.folder(verb: "gradient", model: self.model)
    var results: [GradientRun.Result] = []
    for (index, path) in images.enumerated() {
      progress.step("pictures", index, of: images.count)
      let result = try gradientRun.result(pictureAt: path)
      try result.draw(into: folder, under: images.count > 1 ? folder.subfolder(for: path) : "")
      results.append(result)
    }
    let findings = try gradientRun.findings(results)
    try gradientRun.drawPooled(results, into: folder)
    try folder.write("gradient.npy") { try Tensor.stacked(results.map(\.map)).write(npy: $0) }
    try folder.write("findings.json", data: findings.json())
    try folder.commit(manifest(started: started, digest: model.digest()))
    progress.finish()
    for remark in gradientRun.remarks(on: results) { progress.remark(remark) }
    try common.report(findings, text: findings.text + "\nWritten to \(folder.path)")
  }

  private func compareMethods(_ model: Model, started: Date, _ progress: Progress) throws {
    let run = try GradientComparisonRun(
      model, target: target, signals: signals.signals, backend: common.backend, threads: common.threadCount)
    let folder = try outputOptions.folder(verb: "compare-gradients", model: self.model)
    let period = mitigation.period ?? run.period
    let candidates: [GradientComparisonRun.Candidate] = [
      .init(Gradient()), .init(LatticeJitter(period: mitigation.period ?? LatticeJitter().period)),
      .init(UniformJitter(offsets: mitigation.jitter, samples: samples ?? UniformJitter().samples, seed: seed)),
      .init(BackwardSmoothing()),
      .init(PhaseEqualizedGradient(.predicted, period: period), named: "phase-equalisation, predicted"),
      .init(PhaseEqualizedGradient(.measured, period: period), named: "phase-equalisation, measured"),
      .init(LatticeNotchedGradient(period: period)), .init(LowPassedGradient(cutoff: mitigation.cutoff)),
    ]
    let (comparison, sheet) = try run.run(candidates, picturesAt: images) { progress.step("maps", $0, of: $1) }
    try folder.write("montage.png") { try sheet.figure().write(to: $0, scale: 1) }
    try folder.write("comparison.json", data: comparison.json())
    try folder.commit(manifest(started: started, digest: model.digest()))
    progress.finish()
    for remark in run.remarks { progress.remark(remark) }
    try common.report(comparison, text: comparison.text + "\nWritten to \(folder.path)")
  }

  private func attributionMethod(_ model: Model) throws -> any AttributionMethod {
    switch method {
    case .gradient: at.map(LayerGradient.init) ?? Gradient()
    case .inputTimesGradient: InputTimesGradient()
    case .smoothgrad: SmoothGrad(samples: samples ?? 5, deviation: noise, seed: seed)
    case .integrated: IntegratedGradients(steps: samples ?? 50)
    case .guided: GuidedBackpropagation()
    case .deconvnet: DeconvolutionNetwork()
    case .gradcam: GradCAM(layer: at)
    case .latticeJitter: LatticeJitter(period: mitigation.period ?? LatticeJitter().period)
    case .uniformJitter:
      UniformJitter(offsets: mitigation.jitter, samples: samples ?? UniformJitter().samples, seed: seed)
    case .backwardSmoothing: BackwardSmoothing()
    case .phaseEqualisation: PhaseEqualizedGradient(mitigation.energies, period: try latticePeriod(model))
    case .latticeNotch: LatticeNotchedGradient(period: try latticePeriod(model))
    case .lowPass: LowPassedGradient(cutoff: mitigation.cutoff)
    }
  }

  private func latticePeriod(_ model: Model) throws -> Int {
    try mitigation.period ?? model.latticePeriod(ofGradientsOf: target)
  }

  private func manifest(started: Date, digest: String?) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: model, modelDigest: digest,
      backend: common.backend.rawValue, threads: common.threadCount,
      seed: compare || method == .smoothgrad || method == .uniformJitter ? Int(seed) : nil,
      parameters: [
        "target": .string(target), "method": .string(method.rawValue), "at": at.map(JSONValue.string) ?? .null,
        "samples": samples.map(JSONValue.integer) ?? .null, "noise": .number(Double(noise)),
        "compare": .boolean(compare), "signals": .string(signals.rawValue),
        "images": .array(images.map(JSONValue.string)),
      ].merging(mitigation.parameters) { first, _ in first },
      started: started)
  }
}
