import ArgumentParser
import Foundation
import Gingham

struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Attacks a classifier's pictures and shows where its loss is sensitive.",
    discussion: """
      Finds small changes of pictures that change their class, at every budget; compares them with noise of the same
      size; maps sensitivity by pixel, lattice phase and frequency; and, with --phase-study, asks whether the strong
      pixels of a checkerboard make attacks easier. Results of single pictures are kept in the output folder: the same
      command goes on where it was stopped.
      """)

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @Argument(help: "PNG or JPEG pictures.")
  var images: [String]

  @Option(
    help: ArgumentHelp(
      "Right classes: filename (the number at its end), a table of file,class, or predicted (the network's own).",
      valueName: "filename|file.csv|predicted"))
  var labels = "predicted"

  @Option(
    help: ArgumentHelp(
      "Attacks: fgsm, pgd, apgd-ce, apgd-dlr, deepfool, noise.", valueName: "list"))
  var attack = AttackList.standard

  @Option(help: "How changes are measured: linf or l2.")
  var norm: PerturbationNorm = .linf

  @Option(
    help: ArgumentHelp(
      "Budgets, such as 8/255 or 0.5,1,2; ¼ to 8 levels of 255 without it, or 0.1 to 4 for l2.", valueName: "list"))
  var epsilon: String?

  @Option(help: "Steps of pgd (40, l2: 50; fewer are longer) and apgd (100).")
  var steps: Int?

  @Option(help: "Searches of pgd and apgd, until one succeeds.")
  var restarts = 1

  @Flag(help: "pgd starts at a random place of its budget.")
  var randomStart = false

  @Flag(help: "pgd leaves a picture alone once it is turned.")
  var earlyStop = false

  @Option(help: ArgumentHelp("The class that every picture is to be taken for.", valueName: "class"))
  var target: Int?

  @Option(
    help: ArgumentHelp("Only pixels where this map (.npy H×W, or a picture) is not zero may change.", valueName: "file")
  )
  var mask: String?

  @Flag(help: "Look for each picture's smallest budget by bisection.")
  var minimal = false

  @Option(help: ArgumentHelp("Cells a side of a Fourier heat map; 0 draws none.", valueName: "n"))
  var fourier = 0

  @Flag(help: "Attack each lattice phase alone, and random pixels, control periods and an even twin beside it.")
  var phaseStudy = false

  @Option(help: "Side of the lattice; the network's largest stride without it, at most 4 in the phase study.")
  var period: Int?

  @Option(help: "Pictures attacked together.")
  var batch = 5

  @Option(help: "Seed of random starts, noise and random pixels.")
  var seed: UInt64 = 0

  @Flag(inversion: .prefixedNo, help: "Keep changed pictures as .npy and PNG.")
  var pictures = true

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func validate() throws {
    guard !images.isEmpty else { throw ValidationError("name at least one picture") }
    if let steps, !(1...100_000).contains(steps) {
      throw ValidationError("--steps takes a number from 1, not \(steps)")
    }
    guard (1...1000).contains(restarts) else {
      throw ValidationError("--restarts takes a number from 1, not \(restarts)")
    }
    guard (1...1024).contains(batch) else {
      throw ValidationError("--batch takes a number from 1 to 1024, not \(batch)")
    }
    guard fourier == 0 || (2...1024).contains(fourier) else {
      throw ValidationError("--fourier takes 0, or a number from 2 to 1024, not \(fourier)")
    }
  }

  func run() throws {
    let started = Date()
    let progress = common.progress
    let settings = try settings()
    progress.step("loading")
    let model = try modelOptions.load(model)
    let path = common.output ?? RunFolder.defaultPath(verb: "probe", model: self.model)
    let cache = ProbeCache(path: path)
    let probe = try ProbeRun(
      model, settings: settings, cache: cache, backend: common.backend, threads: common.threadCount)
    let folder = try RunFolder(path: path)
    let result = try probe.result(of: images, labels: LabelSource(parsing: labels), progress: progress.step)
    try result.write(into: folder, cache: cache)
    try folder.commit(manifest(settings, result, started: started, digest: model.digest()))
    progress.finish()
    if result.reused > 0 {
      progress.remark("attacks on \(result.reused) pictures were in '\(path)' already")
    }
    try common.report(result.findings, text: result.findings.text + "\n\nWritten to \(folder.path)")
  }

  private func settings() throws -> ProbeSettings {
    var settings = ProbeSettings()
    settings.attacks = attack.names
    settings.norm = norm
    settings.epsilons = try epsilon.map {
      try $0.split(separator: ",", omittingEmptySubsequences: false).map(Epsilon.init)
    }
    settings.steps = steps
    settings.restarts = restarts
    settings.startsRandomly = randomStart
    settings.stopsEarly = earlyStop
    settings.target = target
    settings.mask = try mask.map(PixelMask.init(path:))
    settings.seed = seed
    settings.batch = min(batch, images.count)
    settings.findsMinimalEpsilon = minimal
    settings.fourierSide = fourier
    settings.studiesPhases = phaseStudy
    settings.period = period
    settings.savesPictures = pictures
    return settings
  }

  private func manifest(
    _ settings: ProbeSettings, _ result: ProbeRun.Result, started: Date, digest: String?
  ) -> Manifest {
    Manifest(
      command: CommandLine.arguments, version: ginghamVersion, model: model, modelDigest: digest,
      backend: common.backend.rawValue, threads: common.threadCount, seed: Int(truncatingIfNeeded: seed),
      parameters: [
        "images": .array(images.map(JSONValue.string)), "labels": .string(labels),
        "attacks": .array(settings.attacks.map { .string($0.rawValue) }), "norm": .string(norm.rawValue),
        "epsilons": .array(settings.budgets.map { .string($0.text) }),
        "steps": steps.map(JSONValue.integer) ?? .null, "restarts": .integer(restarts),
        "random_start": .boolean(randomStart), "early_stop": .boolean(earlyStop),
        "target": target.map(JSONValue.integer) ?? .null, "mask": mask.map(JSONValue.string) ?? .null,
        "minimal": .boolean(minimal), "fourier": .integer(fourier), "phase_study": .boolean(phaseStudy),
        "period": period.map(JSONValue.integer) ?? .null, "batch": .integer(settings.batch),
        "seconds": .object(result.seconds.mapValues(JSONValue.number)),
      ],
      started: started)
  }
}

/// `pgd,apgd-ce,noise`
struct AttackList: ExpressibleByArgument {
  var names: [ProbeSettings.AttackName]

  static let standard = AttackList(names: ProbeSettings().attacks)

  init(names: [ProbeSettings.AttackName]) {
    self.names = names
  }

  init?(argument: String) {
    let parsed = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { ProbeSettings.AttackName(rawValue: $0.trimmingCharacters(in: .whitespaces)) }
    guard let names = parsed as? [ProbeSettings.AttackName], !names.isEmpty, Set(names).count == names.count else {
      return nil
    }
    self.names = names
  }

  var defaultValueDescription: String { names.map(\.rawValue).joined(separator: ",") }
}

extension PerturbationNorm: ExpressibleByArgument {}
