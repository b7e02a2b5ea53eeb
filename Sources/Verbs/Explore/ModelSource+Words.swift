import GinghamModels

extension ModelSource {
  /// The options of a command line that mean the same net.
  var words: [String] {
    func option<Value>(_ name: String, _ value: Value?, _ text: (Value) -> String) -> [String] {
      value.map { ["--\(name)", text($0)] } ?? []
    }
    let listed: ([Float]) -> String = { $0.map { "\($0)" }.joined(separator: ",") }
    return option("architecture", architecture) { $0 } + option("section", section) { $0 }
      + option("mean", mean, listed) + option("std", deviation, listed)
      + option("input-size", inputSize) { "\($0.height)x\($0.width)" } + option("crop", crop) { $0.rawValue }
      + option("latent", latentShape) { $0.map(String.init).joined(separator: "x") }
      + fixedInputs.flatMap { ["--input", $0] } + option("output-name", outputName) { $0 }
      + option("class-names", classNamesPath) { $0 }
      + (limits.factor == 1 ? [] : ["--limit", "\(limits.factor)"])
  }
}
