import GinghamNetworks
import GinghamTensors

/// Weights in files beside the model (ONNX `data_location = EXTERNAL`). Each file is mapped once.
///
/// A model names these files itself, so only ones inside its own folder are opened (``ModelFolder``).
final class ExternalData {
  private let folder: ModelFolder
  private var files: [String: MappedFile] = [:]

  private let budget: Budget

  init(model path: String, budget: Budget) {
    folder = ModelFolder(model: path)
    self.budget = budget
  }

  /// - Parameter byteCount: what the tensor's shape takes; what the model declares must agree.
  func elements(of tensor: TensorMessage, byteCount: Int, label: String) throws -> PackedElements {
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: tensor.file.path, location: "\(label), external data", reason: reason)
    }
    guard let location = tensor.external["location"], !location.isEmpty else { throw malformed("names no file") }
    guard location.staysInside else {
      throw malformed("'\(location)' is not a path inside the model's folder")
    }
    let file = try file(at: location, malformed)
    let offset = try number("offset", in: tensor, malformed) ?? 0
    let length = try number("length", in: tensor, malformed) ?? byteCount
    guard length == byteCount else {
      throw malformed("declares \(length) bytes where the shape takes \(byteCount)")
    }
    guard offset <= file.bytes.count, length <= file.bytes.count - offset else {
      throw malformed("wants \(length) bytes from byte \(offset) of '\(location)', which has \(file.bytes.count)")
    }
    return PackedElements(file: file, range: offset..<(offset + length))
  }

  private func file(at location: String, _ malformed: (String) -> FormatError) throws -> MappedFile {
    if let file = files[location] { return file }
    guard let target = try folder.file(at: location) else {
      throw malformed("'\(location)' is a link that leads out of the model's folder")
    }
    let file: MappedFile
    if let known = files[target] {
      file = known
    } else {
      file = try MappedFile(path: target)
      budget.allow(file.bytes.count, more: .computedElements)
    }
    files[target] = file
    files[location] = file
    return file
  }

  private func number(
    _ key: String, in tensor: TensorMessage, _ malformed: (String) -> FormatError
  ) throws -> Int? {
    guard let text = tensor.external[key] else { return nil }
    guard let number = Int(text), number >= 0 else { throw malformed("\(key) '\(text)' is no count of bytes") }
    return number
  }
}
