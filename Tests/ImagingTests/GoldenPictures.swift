import Foundation
import GinghamTensors
import Testing

/// A picture file and the samples it holds.
struct GoldenPicture: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let pixels: Tensor

  var testDescription: String { name }

  static let all = load { _ in true }
  static let png = load { $0.hasSuffix(".png") }
  static let jpeg = load { $0.hasSuffix(".jpg") }
  static let webp = load { $0.hasSuffix(".webp") }
  static let tiff = load { $0.hasSuffix(".tif") }

  private struct Entry: Decodable {
    let name: String
    let offset: Int
    let size: Int
    let shape: [Int]
    let scale: Int
    let samples: Int
  }

  private static func load(where wanted: (String) -> Bool) -> [GoldenPicture] {
    guard let folder = Bundle.module.url(forResource: "Golden", withExtension: nil),
      let index = try? Data(contentsOf: folder.appending(path: "pictures.json")),
      let entries = try? JSONDecoder().decode([Entry].self, from: index),
      let files = try? Data(contentsOf: folder.appending(path: "pictures.bin")),
      let samples = try? Data(contentsOf: folder.appending(path: "pictures.u16"))
    else { return [] }
    return entries.filter { wanted($0.name) }.map { entry in
      let shape = Shape(entry.shape)
      let values = (entry.samples..<(entry.samples + shape.elementCount)).map { index in
        Float(Int(samples[2 * index]) | Int(samples[2 * index + 1]) << 8) / Float(entry.scale)
      }
      return GoldenPicture(
        name: entry.name, bytes: Array(files[entry.offset..<(entry.offset + entry.size)]),
        pixels: Tensor(shape, values))
    }
  }
}

func largestDifference(_ left: Tensor, _ right: Tensor) -> Float {
  left.shape == right.shape ? zip(left.scalars, right.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// A folder that is removed after `body`.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}
