import Foundation
import Gingham

/// A folder for sets of files that are measured, gone afterwards.
final class SetScratch {
  let url = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")

  /// Twelve pictures of two sizes, of which one is broken, one grey, one plain, one checkered, and one of repeated pixels, whose
  /// steps are infinitely many times those elsewhere; their gradients, and sounds.
  init() throws {
    for folder in ["set", "other", "gradients", "sounds"] {
      try FileManager.default.createDirectory(at: url.appending(path: folder), withIntermediateDirectories: true)
    }
    for number in 0..<12 {
      let side = number % 5 == 3 ? 72 : 64
      let noise = Tensor([3, side, side]) {
        NormalSequence(seed: UInt64(number), name: "picture").fill($0, mean: 0.5, deviation: 0.2)
      }
      let pixels =
        switch number {
        case 2: noise.slice(axis: 0, 0..<1)
        case 6: Tensor([3, side, side], repeating: 0.25)
        case 10: noise.map { 0.5 + 0.2 * ($0 - 0.5) }.checkered(0.1)
        case 8: noise.slice(axis: 1, 0..<8).slice(axis: 2, 0..<8).repeated(8)
        default: noise
        }
      try Picture(pixels.map { min(max($0, 0), 1) }).write(to: path("set/\(number).png"))
      try Picture(noise.map { min(max(0.8 * $0, 0), 1) }).write(to: path("other/\(number).png"))
      try noise.map { $0 - 0.5 }.write(npy: path("gradients/\(number).npy"))
      try noise.slice(axis: 0, 0..<1).reshaped(to: [1, side * side]).map { $0 - 0.5 }
        .write(npy: path("sounds/\(number).npy"))
    }
    for broken in ["set/5.png", "other/5.png", "gradients/5.npy", "sounds/5.npy"] {
      try Data("nothing".utf8).write(to: url.appending(path: broken))
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
  func contents(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }
  func files(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path(folder)).filter { $0.contains(".") }.sorted()
  }
}

extension Tensor {
  /// C×H×W with every other pixel brighter.
  fileprivate func checkered(_ amplitude: Float) -> Tensor {
    Tensor(shape) { target in
      for index in target.indices {
        let (x, y) = (index % shape[2], index / shape[2] % shape[1])
        target[index] = scalars[index] + ((x + y).isMultiple(of: 2) ? amplitude : 0)
      }
    }
  }

  /// C×H×W enlarged by a whole factor.
  fileprivate func repeated(_ factor: Int) -> Tensor {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    return Tensor([channels, height * factor, width * factor]) { target in
      for index in target.indices {
        let (x, rest) = (index % (width * factor), index / (width * factor))
        let (y, channel) = (rest % (height * factor), rest / (height * factor))
        target[index] = scalars[(channel * height + y / factor) * width + x / factor]
      }
    }
  }
}
