import ArgumentParser
import Gingham

struct LayersCommand: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Lists each layer: shape, stride, receptive field, parameters, multiply-adds.")

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var common: RunOptions

  func makeRun() throws -> any Run { LayersRun(try modelOptions.source(model)) }
}
