import ArgumentParser
import Foundation
import Gingham

/// What a model's file leaves unsaid.
struct ModelOptions: ParsableArguments {
  /// Of the argument that names the model, which every verb declares itself.
  static let modelHelp: ArgumentHelp = "A .onnx, .safetensors, .pth or .pt file, or random:NAME[?seed=N]."

  @Option(help: "The net that a weight file belongs to; recognised by parameter names without it.")
  var architecture: String?

  @Option(help: "Which dictionary of a checkpoint holds the weights, such as netG_state_dict.")
  var section: String?

  @Option(help: ArgumentHelp("Mean of each channel in 0…1, subtracted in front of the net.", valueName: "r,g,b"))
  var mean: NumberList?

  @Option(help: ArgumentHelp("Deviation of each channel in 0…1, divided by.", valueName: "r,g,b"))
  var std: NumberList?

  @Option(help: ArgumentHelp("Size of the input in pixels.", valueName: "HxW"))
  var inputSize: PixelSize?

  @Option(
    name: .customLong("input"), parsing: .singleValue,
    help: ArgumentHelp("Fixes another input at a number, a list, onehot:PLACE or a .npy file.", valueName: "name=value")
  )
  var inputs: [String] = []

  @Option(help: ArgumentHelp("The output that is meant, of several; the first without it.", valueName: "name"))
  var outputName: String?

  @Option(help: ArgumentHelp("Names of the classes, one a line.", valueName: "file"))
  var classNames: String?

  @Option(
    help: ArgumentHelp(
      "Lets the model's file ask for so many times more operators, elements and names than usual.",
      valueName: "factor"))
  var limit = 1

  func validate() throws {
    guard ResourceLimits.factors.contains(limit) else {
      throw ValidationError("--limit takes a number from 1 to \(ResourceLimits.factors.upperBound), not \(limit)")
    }
  }

  /// - Parameters:
  ///   - model: as the user named it.
  ///   - skipsRandomWeights: whether shapes are all that matters of a random net.
  ///   - fixesOpenInputs: whether it does not matter what other inputs than the picture hold.
  func load(_ model: String, skipsRandomWeights: Bool = false, fixesOpenInputs: Bool = false) throws -> Model {
    var source = source(model)
    source.skipsRandomWeights = skipsRandomWeights
    source.fixesOpenInputs = fixesOpenInputs
    return try source.load()
  }

  /// Which model the options make of a name.
  func source(_ model: String) -> ModelSource {
    var source = ModelSource(
      model, architecture: architecture, section: section, mean: mean?.numbers, deviation: std?.numbers,
      inputSize: inputSize.map { ($0.height, $0.width) }, fixedInputs: inputs, classNamesPath: classNames)
    source.limits = ResourceLimits(factor: limit)
    source.outputName = outputName
    return source
  }
}

/// `0.485,0.456,0.406`
struct NumberList: ExpressibleByArgument {
  var numbers: [Float]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Float($0.trimmingCharacters(in: .whitespaces)) }
    guard let numbers = parts as? [Float], !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }
}

/// `HEIGHTxWIDTH`, or one number for a square.
struct PixelSize: ExpressibleByArgument {
  var height: Int
  var width: Int

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let sides = parts as? [Int], (1...2).contains(sides.count), sides.allSatisfy({ (1...(1 << 16)).contains($0) })
    else { return nil }
    height = sides[0]
    width = sides.last ?? sides[0]
  }
}
