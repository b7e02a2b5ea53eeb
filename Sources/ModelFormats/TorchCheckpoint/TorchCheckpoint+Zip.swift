import GinghamTensors

extension TorchCheckpoint {
  /// Reads the format of PyTorch 1.6 and later: an uncompressed zip archive of `NAME/data.pkl` and one entry a storage,
  /// `NAME/data/KEY`. The weights stay where they lie in the file.
  ///
  /// Format: `torch/serialization.py` and `caffe2/serialize/inline_container.h` of PyTorch.
  init(zip archive: ZipArchive) throws {
    let path = archive.file.path
    let suffix = "/data.pkl"
    let pickles = archive.entries.filter { $0.name.hasSuffix(suffix) && $0.name.pathParts.count == 2 }
    guard let pickle = pickles.first else {
      throw FormatError.unsupported(
        path: path, what: "a zip archive without the pickle of a PyTorch checkpoint",
        advice: "Give a file that torch.save wrote.")
    }
    guard pickles.count == 1 else {
      throw FormatError.malformed(path: path, location: "zip directory", reason: "several entries end in '\(suffix)'")
    }
    let stem = pickle.name.dropLast(suffix.count)
    if archive.entry(named: "\(stem)/constants.pkl") != nil {
      throw FormatError.unsupported(
        path: path, what: "a TorchScript archive", advice: "Save model.state_dict() with torch.save, or export to ONNX."
      )
    }
    if let entry = archive.entry(named: "\(stem)/byteorder") {
      let order = try String(decoding: archive.bytes(of: entry).prefix(16), as: UTF8.self)
      guard order == "little" else {
        throw FormatError.unsupported(
          path: path, what: "byte order '\(order)'", advice: "Save the checkpoint again on a little-endian machine.")
      }
    }
    var machine = try PickleMachine(archive.bytes(of: pickle), path: path, location: "pickle '\(pickle.name)'")
    let root = try machine.load()
    var storages: [String: Range<Int>] = [:]
    for storage in machine.heap.storages where storages[storage.key] == nil {
      guard let entry = archive.entry(named: "\(stem)/data/\(storage.key)") else { continue }
      storages[storage.key] = try archive.extent(of: entry)
    }
    self.init(file: archive.file, heap: machine.heap, root: root, storages: storages)
  }
}
