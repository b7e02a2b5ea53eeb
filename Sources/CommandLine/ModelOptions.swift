import ArgumentParser
import Foundation
import Gingham

/// What a model's file leaves unsaid.
struct ModelOptions: ParsableArguments {
  /// Of the argument that names the model, which every verb declares itself.
  static let modelHelp: ArgumentHelp = "A .onnx, .safetensors, .pth or .pt file, or random:NAME[?seed=N]."

  /// Of arguments that name pictures.
  static let picturesHelp: ArgumentHelp =
    """
    Pictures, .npy arrays, folders, tar and zip archives, quoted patterns, @FILE that lists them, or - for a list on \
    standard input.
    """

  @Option(help: "The net that a weight file belongs to; recognised by parameter names without it.")
  var architecture: String?

  @Option(help: "Which dictionary of a checkpoint holds the weights, such as netG_state_dict.") var section: String?

  @Option(
    help: ArgumentHelp("Mean of each channel in 0…1, subtracted in front of the net.", valueName: "r,g,b"),
    transform: read([Float].init(listed:)))
  var mean: [Float]?

  @Option(
    help: ArgumentHelp("Deviation of each channel in 0…1, divided by.", valueName: "r,g,b"),
    transform: read([Float].init(listed:)))
  var std: [Float]?

  @Option(help: ArgumentHelp("Size of the input in pixels.", valueName: "HxW")) var inputSize: PictureSize?

  @Option(
    help: """
      Pictures of other proportions: centre cuts the middle out, none stretches all of it; what the net was trained with \
      without it.
      """)
  var crop: ModelSource.Crop?

  @Option(
    help: ArgumentHelp(
      "Extents of one random input of a generator, where its file leaves them open or they would pass for a picture's.",
      valueName: "CxHxW"),
    transform: read([Int].init(extents:)))
  var latent: [Int]?

  @Option(
    name: .customLong("input"), parsing: .singleValue,
    help: ArgumentHelp("Fixes another input at a number, a list, onehot:PLACE or a .npy file.", valueName: "name=value")
  )
  var inputs: [String] = []

  @Option(help: ArgumentHelp("The output that is meant, of several; the first without it.", valueName: "name"))
  var outputName: String?

  @Option(help: ArgumentHelp("Names of the classes, one a line.", valueName: "file"), completion: .file())
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

  /// Which model the options make of a name.
  func source(_ model: String) -> ModelSource {
    var source = ModelSource(
      model, architecture: architecture, section: section, mean: mean, deviation: std,
      inputSize: inputSize, fixedInputs: inputs, classNamesPath: classNames)
    source.limits = ResourceLimits(factor: limit)
    source.outputName = outputName
    (source.crop, source.latentShape) = (crop, latent)
    return source
  }
}

extension [Int] {
  /// Extents as they are typed: `512`, `18x512`, `4x64x64`.
  ///
  /// `nil` for anything but one to seven numbers above 0 whose product is at most 2²⁸.
  init?(extents text: String) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let extents = parts as? [Int], (1...7).contains(extents.count),
      extents.allSatisfy({ (1...(1 << 28)).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 28)
    else { return nil }
    self = extents
  }
}

extension ModelSource.Crop: ExpressibleByArgument {}

extension PictureSize: ExpressibleByArgument {
  /// As ``PictureSize/init(parsing:)`` reads it; `nil` for anything else.
  public init?(argument: String) { self.init(parsing: argument) }
}
