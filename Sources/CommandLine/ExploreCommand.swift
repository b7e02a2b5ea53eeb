import ArgumentParser
import Foundation
import Gingham
import GinghamOptions
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
      \(VisualizeCommand.aboutRecipes)
      """)

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var options: SettingOptions<ExploreSettings>

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

  @OptionGroup var recipe: SettingOptions<RecipeChoice>
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func run() throws {
    guard serve else { return try performAndReport().end() }
    // A port that is taken is no reason to compute first.
    let site = Mutex<LiveSite?>(nil)
    let server = try SiteServer(host: host, port: port) { request in
      await site.withLock { $0 }?.answer(request) ?? .missing
    }
    let conditions = try common.conditions
    let context = conditions.context()
    let run = try makeExploreRun()
    let isThere = !conditions.replaces && conditions.output.map { run.isWhole(at: $0, in: context) } ?? false
    guard let folder = isThere ? conditions.output : try performAndReport().folder else { return }
    let live = try Hints.given { try LiveSite(run, at: folder, in: context) }
    site.withLock { $0 = live }
    try StandardOutput.write(line: "Serving at \(server.address) until Ctrl C.")
    Interrupt.untilAsked { await server.run() }
    live.close()
  }

  func makeRun() throws -> any Run { try makeExploreRun() }

  private func makeExploreRun() throws -> ExploreRun {
    if serve, common.json { throw ValidationError("--json and --serve exclude each other") }
    if !serve, port != 0 || host != "127.0.0.1" { throw ValidationError("--port and --host go with --serve") }
    guard (0...65535).contains(port) else {
      throw ValidationError("--port takes a number from 0 to 65535, not \(port)")
    }
    let recipe = try recipe.applied(to: .usual).recipe(usually: ExploreSettings.tileChanges)
    let settings = try options.applied(to: ExploreSettings(recipe: recipe))
    return ExploreRun(try modelOptions.source(model), settings: serve ? try settings.whileServed() : settings)
  }
}
