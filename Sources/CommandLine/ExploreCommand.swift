import ArgumentParser
import Foundation
import Gingham
import GinghamProcesses
import Synchronization

struct ExploreCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore", abstract: "Makes a site of a net: its layers, and a picture and a page for each unit.",
    discussion: """
      The folder opens from a disk in any browser (index.html) and asks nobody for anything. What is explored are the
      channels of all convolutions, unless layers are named. The same command goes on with a run that was cut short.

      Pictures are made by the recipe robust at 128×128 pixels in 96 steps, 8 units in a pass, unless options say
      otherwise. Presets: \(Recipe.presetNames.joined(separator: ", ")).
      \(RecipeOptions.discussion)
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String

  @Option(
    help: ArgumentHelp("Layers whose units get pictures; all convolutions without it.", valueName: "a,b"),
    transform: read(ExploreSettings.layers(parsing:)))
  var layers: [String]?

  @Option(
    help: ArgumentHelp("Only these units of each layer.", valueName: "first-last"),
    transform: read(VisualizeSettings.channels(parsing:)))
  var units: ClosedRange<Int>?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Your pictures: pages show which of them excite each unit most, and where. Folders, quoted patterns, @FILE and - go too.",
      valueName: "files"), completion: .file())
  var pictures: [String] = []
  @OptionGroup var list: ListOption

  @Option(help: ArgumentHelp("Pictures that have a page of their own, at most.", valueName: "count")) var pages = 200
  @Flag(help: "A second picture of each unit, which lowers it: twice the work.") var negative = false

  @Flag(help: "Each unit's best photograph, accentuated: as much work again.") var accentuate = false
  @Option(
    help: ArgumentHelp("Pictures of each unit that are pushed apart: so many times the work.", valueName: "count"))
  var diversity = 0

  @Option(
    help: ArgumentHelp(
      "A layer whose responses to your pictures are laid out as an atlas, and taken apart into groups of channels.",
      valueName: "layer"))
  var atlas: String?
  @Option(help: "Cells on a side of the atlas.") var cells = 8
  @Option(help: "Groups of channels that respond together, 2 to 8; 0: none.") var groups = 6

  @Option(
    help: ArgumentHelp(
      "Another net with layers of the same names, such as this one repaired: its units beside this one's.",
      valueName: "model"),
    completion: .file())
  var against: String?

  @Flag(
    help: ArgumentHelp(
      "Serve the site and compute what is asked for, until Ctrl C.",
      discussion: """
        Units get their pictures when they come into view (no others before it, unless --layers or --units name some), \
        pictures dropped on the page get their maps, and any objective can be typed and watched while it climbs. The \
        address holds a secret; whoever knows it may ask.
        """))
  var serve = false
  @Option(help: ArgumentHelp("Where --serve listens; 0 takes a free port.", valueName: "number")) var port = 0
  @Option(
    help: ArgumentHelp(
      "Where --serve listens: this machine alone, unless an address says otherwise.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: "The recipe to use: \(Recipe.presetNames.joined(separator: ", ")).") var preset: String?
  @Option(help: ArgumentHelp("A recipe file (YAML), which names its preset.", valueName: "file"), completion: .file())
  var recipe: String?

  @Option(help: "Seed of the starts and of every random transform.") var seed: UInt64 = 0
  @OptionGroup var recipeOptions: RecipeOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func run() throws {
    guard serve else { return try common.end(after: performAndReport()) }
    // A port that is taken is no reason to compute first.
    let site = Mutex<LiveSite?>(nil)
    let server = try SiteServer(host: host, port: port) { request in
      await site.withLock { $0 }?.answer(request) ?? .missing
    }
    let context = RunContext(engine: common.engine, team: common.team)
    let run = try makeExploreRun()
    let isThere = !common.force && common.output.map { run.isWhole(at: $0, in: context) } ?? false
    guard let folder = isThere ? common.output : try performAndReport().folder else { return }
    let live = try Hints.given { try LiveSite(run, at: folder, in: context) }
    site.withLock { $0 = live }
    try StandardOutput.write(line: "Serving at \(server.address) until Ctrl C.")
    Interrupt.untilAsked { await server.run() }
    live.close()
  }

  func makeRun() throws -> any Run { try makeExploreRun() }

  private func makeExploreRun() throws -> ExploreRun {
    if serve, common.json { throw ValidationError("--json and --serve exclude each other") }
    if serve, layers == nil, units == nil, !pictures.isEmpty {
      throw ValidationError("--pictures are held against units that --layers or --units name, also with --serve")
    }
    if !serve, port != 0 || host != "127.0.0.1" { throw ValidationError("--port and --host go with --serve") }
    guard (0...65535).contains(port) else {
      throw ValidationError("--port takes a number from 0 to 65535, not \(port)")
    }
    if preset != nil, recipe != nil { throw ValidationError("--preset and --recipe exclude each other") }
    let given = Set(recipeOptions.changes.map(\.name))
    let usual = ExploreSettings.tileChanges.filter { preset == nil && recipe == nil && !given.contains($0.0) }
    let changes = usual.map { (name: $0.0, value: $0.1, source: $0.0) } + recipeOptions.changes
    var settings = ExploreSettings(recipe: try Recipe(preset: preset, file: recipe, changes: changes))
    // A server makes pictures when they are looked at.
    let asked = serve && units == nil ? layers ?? [] : layers
    (settings.layers, settings.units, settings.seed) = (asked, units, seed)
    (settings.images, settings.pages, settings.negative) = (pictures + list.words, pages, negative)
    (settings.accentuate, settings.diversity, settings.against) = (accentuate, diversity, against)
    (settings.atlas, settings.cells, settings.groups) = (atlas, cells, groups)
    return ExploreRun(modelOptions.source(model), settings: settings)
  }
}
