import ArgumentParser
import Gingham
import GinghamOptions

package struct LayersCommand: VerbCommand {
  package static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Lists each layer: shape, stride, receptive field, parameters, multiply-adds.")

  @Argument(help: ModelOptions.modelHelp, completion: .file()) var model: String
  @OptionGroup package var modelOptions: ModelOptions
  @OptionGroup package var common: RunOptions

  package init() {}

  package func makeRun() throws -> any Run { LayersRun(try modelOptions.source(model)) }
}
