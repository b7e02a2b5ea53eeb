import Foundation
import GinghamNetworks
import GinghamTensors

/// Weights in files beside the model (ONNX `data_location = EXTERNAL`). Each file is mapped once.
///
/// A model names these files itself, so only ones inside its own folder are opened: no absolute path, no `..`, no
/// link that leads out. A model that is itself a link has the folder that the link leads to as well; one in a Hugging Face
/// cache, whose `snapshots` hold links into `blobs` beside them, has its repository's folder.
final class ExternalData {
  private let folder: String
  /// The folder of the file that the model's path leads to.
  private let realFolder: String
  private var files: [String: MappedFile] = [:]

  private let budget: Budget

  init(model path: String, budget: Budget) {
    func parent(_ path: String) -> String {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      return slash == path.startIndex ? "/" : String(path[..<slash])
    }
    folder = parent(path)
    realFolder = Self.resolved(path).map(parent) ?? folder
    self.budget = budget
  }

  /// The repository's folder where `folder` lies below its `snapshots`, with `blobs` beside these.
  private static func repository(of folder: String) -> String? {
    guard let path = resolved(folder) else { return nil }
    var parts = path.split(separator: "/")
    while let snapshots = parts.lastIndex(of: "snapshots") {
      let repository = "/" + parts[..<snapshots].joined(separator: "/")
      if parts.count > snapshots + 1, resolved(repository + "/blobs") == repository + "/blobs" { return repository }
      parts.removeSubrange(snapshots...)
    }
    return nil
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
    let path = folder + "/" + location
    let roots = [Self.resolved(folder), realFolder, Self.repository(of: folder)].compactMap { $0 }
    guard let target = Self.resolved(path) ?? Self.resolved(realFolder + "/" + location) else {
      throw FormatError.unreadable(
        path: path, reason: "\(String(cString: strerror(errno))); the model keeps weights in it")
    }
    guard roots.contains(where: { target.utf8.starts(with: ($0.hasSuffix("/") ? $0 : $0 + "/").utf8) }) else {
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

  /// The path with all links followed, or `nil` where it leads nowhere.
  private static func resolved(_ path: String) -> String? {
    guard let buffer = realpath(path, nil) else { return nil }
    defer { free(buffer) }
    return String(cString: buffer)
  }

  private func number(
    _ key: String, in tensor: TensorMessage, _ malformed: (String) -> FormatError
  ) throws -> Int? {
    guard let text = tensor.external[key] else { return nil }
    guard let number = Int(text), number >= 0 else { throw malformed("\(key) '\(text)' is no count of bytes") }
    return number
  }
}
