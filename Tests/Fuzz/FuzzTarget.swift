import Foundation
import GinghamAudio
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModelFormats

@testable import GinghamServing
@testable import GinghamTensors

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
    FuzzTarget(name: "tar") { path in
      let file = try MappedFile(path: path)
      for entry in try TarArchive(file).entries {
        _ = MemoryBlock(copying: UnsafeRawBufferPointer(rebasing: file.bytes[entry.range]))
      }
    },
    FuzzTarget(name: "npy") { path in _ = try Tensor(npy: path).isFinite },
    FuzzTarget(name: "picture") { path in
      let picture = try Picture(contentsOf: path)
      _ = picture.resized(height: 16, width: 16)
    },
    FuzzTarget(name: "sound") { path in _ = try Sound(wav: path).wav(depth: .twentyFour).count },
    FuzzTarget(name: "yaml") { path in _ = try Recipe(yaml: path).yaml.count },
    FuzzTarget(name: "request") { path in
      var request = try ServedRequest(head: Array(Data(contentsOf: URL(filePath: path))))
      let outside = CharacterSet(charactersIn: "/\\").union(.controlCharacters)
      for part in request.path {
        precondition(!["", ".", ".."].contains(part) && part.rangeOfCharacter(from: outside) == nil)
      }
      _ = try request.length(within: ServerLimits().body)
      let gate = Gate(isLocal: true)
      precondition(gate.admitted(request) == nil, "a token was guessed")
      request.path.insert(gate.token, at: 0)
      guard let admitted = gate.admitted(request) else { return }
      _ = ServedFolder(path: "/", files: []).response(admitted.path.joined(separator: "/"))
    },
  ]
}
