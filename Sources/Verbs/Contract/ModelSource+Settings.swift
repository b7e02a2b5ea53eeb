import GinghamModels
import GinghamTensors

extension ModelSource: SettingOwner {
  /// Of no model yet.
  public static let usual = ModelSource("")

  /// What a model's file leaves unsaid.
  public static let settings: [Setting<ModelSource>] = [
    Setting(
      "architecture", \.architecture, "The net that a weight file belongs to; recognised by parameter names without it."
    ),
    Setting(
      "section", \.section, "Which dictionary of a checkpoint holds the weights, such as netG_state_dict."),
    Setting(
      "mean", \.mean, "Mean of each channel in 0…1, subtracted in front of the net.", valueName: "r,g,b"),
    Setting("std", \.deviation, "Deviation of each channel in 0…1, divided by.", valueName: "r,g,b"),
    Setting("input_size", \.inputSize, "Size of the input in pixels.", valueName: "HxW"),
    Setting(
      "crop", \.crop,
      """
      Pictures of other proportions: centre cuts the middle out, none stretches all of it; what the net was trained with \
      without it.
      """),
    Setting(
      "latent", .word, of: LatentExtents.self,
      "Extents of one random input of a generator, where its file leaves them open or they would pass for a picture's.",
      valueName: "CxHxW"
    ) {
      $0.latentShape.map { [LatentExtents(list: $0)] }
    } put: {
      $0.latentShape = $1.last?.list
    },
    Setting(
      "input", .repeated, \.fixedInputs,
      "Fixes another input at a number, a list, onehot:PLACE or a .npy file.", valueName: "name=value"),
    Setting(
      "output_name", \.outputName, "The output that is meant, of several; the first without it.", valueName: "name"),
    Setting("class_names", \.classNamesPath, "Names of the classes, one a line.", valueName: "file").naming(.file()),
    Setting(
      "limit", .word, of: Int.self,
      "Lets the model's file ask for so many times more operators, elements and names than usual.", valueName: "factor"
    ) {
      [$0.limits.factor]
    } put: { source, factors in
      for factor in factors {
        try SettingError.require(
          ResourceLimits.factors.contains(factor), "limit", factor,
          "a number from 1 to \(ResourceLimits.factors.upperBound)")
        source.limits = ResourceLimits(factor: factor)
      }
    },
  ]
}

extension ModelSource.Crop: SettingValue {}

/// Extents of a latent as they are typed: `512`, `18x512`, `4x64x64`; one to seven numbers above 0 whose product is at
/// most 2²⁸.
private struct LatentExtents: SettingValue {
  let list: [Int]

  init(list: [Int]) { self.list = list }

  init?(word: String) {
    let parts = word.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let extents = parts as? [Int], (1...7).contains(extents.count),
      extents.allSatisfy({ (1...(1 << 28)).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 28)
    else { return nil }
    list = extents
  }

  var word: String? { list.map(String.init).joined(separator: "x") }
  static var expected: String { "extents such as 512 or 4x64x64" }
}
