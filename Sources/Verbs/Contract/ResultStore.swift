import Foundation
import GinghamReporting
import GinghamTensors

/// What is known already of a run's work, part by part, so that a run that was cut short goes on where it stopped.
///
/// This is the one way in which runs keep what they have finished. Parts are stored as they are found, in the folder that
/// the run is writing, where they wait for the next run with the same identity. A part that is stored is whole: its
/// value is written behind everything that belongs to it.
struct ResultStore {
  /// Where parts are stored.
  enum Place {
    /// Until the run is complete.
    case workshop
    /// In a folder of the run's own: parts stay in it as results, and a run that takes the place of another one finds
    /// what that one knew.
    case results(folder: String)
  }

  let folder: RunFolder
  let place: Place

  private struct Envelope<Value: Codable>: Codable {
    var key: String
    var value: Value
  }

  /// What is stored as `part` of a unit of work under the same key; `nil` where nothing is, or something damaged.
  ///
  /// - Parameters:
  ///   - key: made of everything that shaped the value, beside the run's identity.
  ///   - files: that were written with it.
  func value<Value: Codable>(
    _ type: Value.Type = Value.self, of unit: String, part: String, key: String = "",
    files: (Value) -> [String] = { _ in [] }
  ) -> Value? {
    guard let data = contents("\(part).json", of: unit),
      let envelope = try? Self.decoder.decode(Envelope<Value>.self, from: data), envelope.key == key
    else { return nil }
    guard case .results = place else { return envelope.value }
    let names = files(envelope.value) + ["\(part).json"]
    return names.allSatisfy { folder.adopt(name($0, of: unit)) } ? envelope.value : nil
  }

  private func contents(_ file: String, of unit: String) -> Data? {
    if let data = FileManager.default.contents(atPath: path(file, of: unit)) { return data }
    guard case .results = place else { return nil }
    return FileManager.default.contents(atPath: folder.replaced(name(file, of: unit)))
  }

  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func store<Value: Codable>(_ value: Value, of unit: String, part: String, key: String = "") throws {
    let data = try Envelope(key: key, value: value).json(keys: .useDefaultKeys)
    try write("\(part).json", of: unit) { path in try AtomicFile.write(path) { try $0.append(data) } }
  }

  /// - Throws: ``FormatError/unwritable(path:reason:)``, and what `body` does.
  func write(_ file: String, of unit: String, _ body: (_ path: String) throws -> Void) throws {
    switch place {
    case .workshop: try folder.keep("\(unit)/\(file)", body)
    case .results:
      try folder.write(name(file, of: unit), body)
      try folder.keepFiles()
    }
  }

  /// Where a file of a unit stands while the run lasts.
  func path(_ file: String, of unit: String) -> String {
    switch place {
    case .workshop: folder.keepsake("\(unit)/\(file)")
    case .results: folder.staged(name(file, of: unit))
    }
  }

  private func name(_ file: String, of unit: String) -> String {
    switch place {
    case .workshop: file
    case .results(let folder): "\(folder)/\(unit)/\(file)"
    }
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// A unit of work that is done: a small value, and arrays.
struct Finished<Value: Codable> {
  var value: Value
  var tensors: [Tensor] = []
}

extension RunContext {
  /// The same for what is done with a file or another thing of any name.
  func once<Value: Codable>(named name: String, _ body: () throws -> Finished<Value>) throws -> Finished<Value> {
    let unit = Array(name.utf8).withUnsafeBytes { FileDigest.sha256($0) }
    guard let unit else { return try body() }
    return try once(unit, body)
  }

  /// Does a unit of work once: where a run that was cut short has finished it, its result is taken.
  ///
  /// - Parameter unit: its name, the same in equal runs; a file's name may be made of it.
  /// - Throws: what `body` does, ``FormatError/unwritable(path:reason:)``.
  func once<Value: Codable>(_ unit: String, _ body: () throws -> Finished<Value>) throws -> Finished<Value> {
    guard let store = store() else { return try body() }
    if let found = store.finished(unit, as: Value.self) { return found }
    let result = try body()
    for (index, tensor) in result.tensors.enumerated() {
      try store.write("\(index).npy", of: unit) { try tensor.write(npy: $0) }
    }
    try store.store(Counted(value: result.value, tensors: result.tensors.count), of: unit, part: "value")
    return result
  }
}

private struct Counted<Value: Codable>: Codable {
  var value: Value
  var tensors: Int
}

extension ResultStore {
  fileprivate func finished<Value: Codable>(_ unit: String, as type: Value.Type) -> Finished<Value>? {
    guard let found = value(Counted<Value>.self, of: unit, part: "value") else { return nil }
    let tensors = (0..<found.tensors).compactMap { try? Tensor(npy: path("\($0).npy", of: unit)) }
    return tensors.count == found.tensors ? Finished(value: found.value, tensors: tensors) : nil
  }
}
