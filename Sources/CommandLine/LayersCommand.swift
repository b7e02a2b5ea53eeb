import ArgumentParser
import Gingham

struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Lists each layer: shape, stride, receptive field, parameters, multiply-adds.")

  @Argument(help: ModelOptions.modelHelp)
  var model: String

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func run() throws {
    let table = try LayerTable(of: modelOptions.load(model))
    try common.report(table, text: table.text)
  }
}
