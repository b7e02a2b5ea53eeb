import ArgumentParser
import Gingham

@main
struct GinghamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gingham",
    abstract: "Looks at the gradients that convolutional networks send back to their pixels.",
    discussion: """
      MODEL is a file (.onnx, .safetensors, .pth, .pt) or random:NAME[?seed=N], a built-in architecture with random
      weights. Errors go to standard error with exit status 1, wrong usage with 64.
      """,
    version: ginghamVersion,
    subcommands: [
      LayersCommand.self, GradientCommand.self, PredictCommand.self, MeasureCommand.self, TraceCommand.self,
      GenerateCommand.self, DiagnoseCommand.self, TrackCommand.self, RepairCommand.self, VisualizeCommand.self,
      CompareCommand.self, ProbeCommand.self, RunCommand.self, VerifyCommand.self, BenchCommand.self,
    ])
}
