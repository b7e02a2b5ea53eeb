import GinghamTensors

/// The formats that hold named weights and no graph, told apart by their first bytes.
enum WeightFormat {
  case safeTensors
  case torchZip
  case torchLegacy

  /// - Throws: ``FormatError/unsupported(path:what:advice:)`` that names what the file is instead, where that is known.
  init(of file: MappedFile) throws {
    if ZipArchive.recognizes(file) {
      self = .torchZip
    } else if TorchCheckpoint.recognizesLegacy(file) {
      self = .torchLegacy
    } else if SafeTensorsHeader.recognizes(file) {
      self = .safeTensors
    } else {
      throw Self.refusal(of: file)
    }
  }

  private static func refusal(of file: MappedFile) -> FormatError {
    func unsupported(_ what: String, _ advice: String) -> FormatError {
      .unsupported(path: file.path, what: what, advice: advice)
    }
    let bytes = file.bytes
    let saveAgain = "Save model.state_dict() with torch.save, or the arrays as safetensors."
    if bytes.isEmpty {
      return .malformed(path: file.path, location: "byte 0", reason: "the file is empty")
    } else if bytes.has("HDF", at: 1), bytes.first == 0x89 {
      return unsupported("an HDF5 file (Keras) as weights", "Convert it to safetensors or ONNX.")
    } else if bytes.has("NUMPY", at: 1), bytes.first == 0x93 {
      return unsupported("a single .npy array as weights", "Named weights come as safetensors or a PyTorch checkpoint.")
    } else if bytes.has("ustar", at: 257) {
      return unsupported("a tar archive, as PyTorch wrote before 0.1.10,", "Unpack it, or save it again with PyTorch.")
    } else if bytes.starts(with: [0x1f, 0x8b]) {
      return unsupported("a gzip-compressed file as weights", "Unpack it first.")
    } else if bytes.has("version https://git-lfs") {
      return unsupported("a Git LFS pointer, which only stands for a file,", "Fetch the file itself: git lfs pull.")
    } else if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
      return unsupported("a web page or XML as weights", "The download may have failed: fetch the file again.")
    } else if bytes.first == 0x80, let version: UInt8 = bytes.littleEndian(at: 1), (2...5).contains(version) {
      return unsupported("a pickle that torch.save did not write", saveAgain)
    } else if bytes.first == 0x08, let tag: UInt8 = bytes.littleEndian(at: 2), [0x12, 0x3a, 0x42].contains(tag) {
      return unsupported("an ONNX file as weights", "Give it as the model: it holds the graph and the weights.")
    } else {
      return unsupported(
        "this file as weights: it is neither safetensors nor a PyTorch checkpoint, or it is damaged. It", saveAgain)
    }
  }
}
