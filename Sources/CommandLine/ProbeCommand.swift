import ArgumentParser
import Gingham

struct ProbeCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Attacks a classifier's pictures and shows where its loss is sensitive.",
    discussion: """
      Finds small changes of pictures that change their class, at every budget; compares them with noise of the same
      size; maps sensitivity by pixel, lattice phase and frequency; and, with --phase-study, asks whether the strong
      pixels of a checkerboard make attacks easier. Results of single pictures are kept in the output folder: the same
      command goes on where it was stopped.
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @Argument(help: ModelOptions.picturesHelp, completion: .file()) var images: [String] = []
  @OptionGroup var list: ListOption

  @Option(
    help: ArgumentHelp(
      """
      Right classes: filename (the number at its end), folder (the name of the one a picture lies in: the class's number or \
      name), a table of file,class, or predicted (the network's own).
      """,
      valueName: "filename|folder|file.csv|predicted"))
  var labels = "predicted"

  @Option(
    help: ArgumentHelp(
      "Attacks; \(ProbeSettings.usualAttacks.map(\.name).joined(separator: ",")) without it.",
      discussion: AttackKind.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n"), valueName: "list"))
  var attack: AttackList?

  @Flag(help: "Also apgd-ce, the strongest of the usual attacks, which costs as much as the others together.")
  var thorough = false

  @Option(help: "How changes are measured: linf or l2.") var norm: PerturbationNorm = .linf

  @Option(
    help: ArgumentHelp(
      "Budgets, such as 8/255 or 0.5,1,2; ¼ to 8 levels of 255 without it, or 0.1 to 4 for l2.", valueName: "list"))
  var epsilon: String?

  @Option(help: "Steps of pgd (40, l2: 50; fewer are longer) and apgd (100).") var steps: Int?
  @Option(help: "Searches of pgd and apgd, until one succeeds.") var restarts = 1
  @Flag(help: "pgd starts at a random place of its budget.") var randomStart = false
  @Flag(help: "pgd leaves a picture alone once it is turned.") var earlyStop = false
  @Option(help: ArgumentHelp("The class that every picture is to be taken for.", valueName: "class")) var target: Int?

  @Option(
    help: ArgumentHelp(
      "Only pixels where this map (.npy H×W, or a picture) is not zero may change.", valueName: "file"),
    completion: .file())
  var mask: String?

  @Flag(help: "Look for each picture's smallest budget by bisection.") var minimal = false
  @Option(help: ArgumentHelp("Cells a side of a Fourier heat map; 0 draws none.", valueName: "n")) var fourier = 0

  @Flag(help: "Attack each lattice phase alone, and random pixels, control periods and an even twin beside it.")
  var phaseStudy = false

  @Option(help: "Side of the lattice; the network's largest stride without it, at most 4 in the phase study.")
  var period: Int?

  @Option(help: "Pictures attacked together.") var batch = 5
  @Option(help: "Seed of random starts, noise and random pixels.") var seed: UInt64 = 0
  @Flag(inversion: .prefixedNo, help: "Keep changed pictures as .npy and PNG.") var pictures = true
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run {
    try list.requirePictures(beside: images)
    if thorough, attack != nil { throw ValidationError("--thorough and --attack exclude each other") }
    let attacks = attack?.kinds ?? (thorough ? ProbeSettings.thoroughAttacks : ProbeSettings.usualAttacks)
    var settings = ProbeSettings(images: images + list.words)
    (settings.labels, settings.attacks, settings.norm) = (LabelSource(parsing: labels), attacks, norm)
    settings.epsilons = try epsilon.map {
      try $0.split(separator: ",", omittingEmptySubsequences: false).map(Epsilon.init)
    }
    (settings.steps, settings.restarts, settings.batch) = (steps, restarts, batch)
    (settings.randomStart, settings.earlyStop, settings.minimal) = (randomStart, earlyStop, minimal)
    (settings.target, settings.mask, settings.seed) = (target, mask, seed)
    (settings.fourier, settings.phaseStudy, settings.period) = (fourier, phaseStudy, period)
    settings.pictures = pictures
    return ProbeRun(modelOptions.source(model), settings: settings)
  }
}

/// `pgd,apgd-ce,noise`
struct AttackList: ExpressibleByArgument {
  var kinds: [AttackKind]

  init?(argument: String) {
    let parsed = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { AttackKind(named: String($0.drop { $0 == " " })) }
    guard let kinds = parsed as? [AttackKind], !kinds.isEmpty, Set(kinds).count == kinds.count else { return nil }
    self.kinds = kinds
  }
}

extension PerturbationNorm: ExpressibleByArgument {}
