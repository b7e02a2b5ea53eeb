import GinghamAudio
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModelFormats
import GinghamTensors

/// One reader under fuzz.
struct FuzzTarget: Sendable {
  let name: String
  /// Whether inputs are mutated as graphs of ONNX instead of bytes.
  var isGraph = false
  /// Reads the file at a path, and whatever follows from it.
  let read: @Sendable (_ path: String) throws -> Void

  static let all = [
    FuzzTarget(name: "onnx", isGraph: true, read: GraphReading.read),
    FuzzTarget(name: "weights") { path in
      for section in try WeightTable.sections(path: path) {
        let table = try WeightTable.load(path: path, under: section)
        for name in table.names { _ = table[name].map { $0.isFinite } }
        _ = table.removingPrefix().count
      }
    },
    FuzzTarget(name: "npz") { path in
      for (_, array) in try Tensor.arrays(npz: path) { _ = array.isFinite }
    },
    FuzzTarget(name: "npy") { path in _ = try Tensor(npy: path).isFinite },
    FuzzTarget(name: "picture") { path in
      let picture = try Picture(contentsOf: path)
      _ = picture.resized(height: 16, width: 16)
    },
    FuzzTarget(name: "sound") { path in _ = try Sound(wav: path).wav(depth: .twentyFour).count },
    FuzzTarget(name: "yaml") { path in _ = try Recipe(yaml: path).yaml.count },
  ]
}
