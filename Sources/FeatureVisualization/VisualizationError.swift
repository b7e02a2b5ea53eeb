import GinghamNetworks
import GinghamTensors

/// What keeps a visualization from being made as asked.
public enum VisualizationError: Error, Hashable, Sendable {
  case unknownPreset(name: String, nearest: [String], known: [String])
  /// A transform needs a larger picture than it is given.
  case transformTooLarge(transform: String, size: PictureSize, why: String)
  /// Two settings exclude each other, or one is outside its range.
  case contradiction(String)
  case badValue(setting: String, value: String, expected: String)
  case wrongStart(expected: [Shape], found: Shape)
  case notFinite(what: String)
  case noPictures(String)
  /// The objective does not change with the layer at the picture that shall stay.
  case nothingToHold(layer: String)
}

extension VisualizationError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .unknownPreset(let name, let nearest, let known):
      "there is no preset '\(name)'." + (nearest.first.map { " Did you mean '\($0)'?" } ?? "")
        + " Presets: \(known.joined(separator: ", "))."
    case .transformTooLarge(let transform, let size, let why):
      "the transform \(transform) does not fit pictures of \(size): \(why)"
    case .contradiction(let message): message
    case .badValue(let setting, let value, let expected): "\(setting) takes \(expected), not \(value)"
    case .wrongStart(let expected, let found):
      "the start has the shape \(found); it must be \(expected.map(\.description).joined(separator: " or "))"
    case .notFinite(let what): "\(what) holds NaN or infinite numbers"
    case .nothingToHold(let layer):
      "the objective does not change with '\(layer)' at the picture to accentuate: it is dead there, or the layer stands aside"
    case .noPictures(let path): "'\(path)' holds no pictures (PNG, JPEG, WebP, TIFF)"
    }
  }
}
