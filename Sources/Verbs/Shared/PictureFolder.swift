import Foundation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamTensors

/// The picture files of a folder, by name.
struct PictureFolder {
  let path: String
  let files: [String]

  /// - Throws: ``VisualizationError/noPictures(_:)``.
  init(path: String) throws {
    self.path = path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let endings = [".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"]
    files = names.filter { name in endings.contains { name.lowercased().hasSuffix($0) } }
      .sorted().map { URL(filePath: path).appending(path: $0).path(percentEncoded: false) }
    guard !files.isEmpty else { throw VisualizationError.noPictures(path) }
  }

  /// C×H×W in 0…1, with the channels that a network takes.
  func pictures(channels: Int) throws -> [Tensor] {
    try files.map { try Self.picture($0, channels: channels) }
  }

  static func picture(_ path: String, channels: Int) throws -> Tensor {
    let picture = try Picture(contentsOf: path)
    switch channels {
    case 1: return picture.grey.pixels
    case 3: return picture.rgb.pixels
    default:
      guard picture.channels == channels else {
        throw ModelError.wrongChannels(expected: channels, found: picture.channels, path: path)
      }
      return picture.pixels
    }
  }
}
