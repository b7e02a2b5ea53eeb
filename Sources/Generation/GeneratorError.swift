import GinghamTensors

/// What keeps a network from making pictures as asked.
public enum GeneratorError: Error, Hashable, Sendable {
  /// No output is N×C×H×W with 1, 3 or 4 channels and more than one pixel.
  case makesNoPictures(model: String, outputs: [[Int]])
  /// An input whose extents the file leaves open, so that it can be neither a picture nor drawn.
  case openInput(name: String, shape: [String])
  case wrongLatents(path: String, expected: [Int], found: Shape)
  /// A net of latents was given pictures, or the other way round.
  case takesLatents(model: String, shape: [Int])
  case takesPictures(model: String)
  /// A vector is the same everywhere by itself, and says nothing about what the net does with a plain field.
  case hasNoField(model: String, shape: [Int])
  /// More samples than fit into memory.
  case tooMany(samples: Int, limit: Int)
}

extension GeneratorError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .makesNoPictures(let model, let outputs):
      "'\(model)' makes no pictures: its output is \(outputs.map(Self.text).joined(separator: " and ")). A generator's is "
        + "N×C×H×W with 1, 3 or 4 channels"
    case .openInput(let name, let shape):
      "the input '\(name)' is \(shape.joined(separator: "×")), which is no picture, and latents cannot be drawn of an open "
        + "size"
    case .wrongLatents(let path, let expected, let found):
      "the latents in '\(path)' are \(found), the network takes N×\(Self.text(expected))"
    case .takesLatents(let model, let shape):
      "'\(model)' makes pictures from random numbers (\(Self.text(shape))), not from pictures"
    case .takesPictures(let model):
      "'\(model)' makes pictures from pictures, of which none are named"
    case .hasNoField(let model, let shape):
      "'\(model)' takes \(Self.text(shape)), which has too few positions: flat fields and shifts go into nets of pictures or of maps"
    case .tooMany(let samples, let limit):
      "\(samples) samples are more than are held at once: draw up to \(limit) of this size, with several seeds for more"
    }
  }

  private static func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "×") }
}
