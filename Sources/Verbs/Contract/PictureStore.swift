import Foundation
import GinghamReporting
import GinghamTensors

/// What is known about single pictures already: a folder for each, so that a run that was cut short goes on where it
/// stopped, and one with more pictures computes only these.
///
/// It lies in the run's folder under its final name, where results appear at once: everything else in a run's folder
/// appears when the run is complete, or not at all. A result is stored with a key made of everything that shaped it, and
/// taken for another question where the key differs.
struct PictureStore {
  /// Of the run's folder; results go into `pictures/` there. Nothing is made before the first result.
  let path: String

  private struct Envelope<Value: Codable>: Codable {
    var key: String
    var value: Value
  }

  func folder(_ picture: String) -> String { "\(path)/pictures/\(picture)" }

  /// What is stored as `part` for a picture under the same key; `nil` where nothing is, or something damaged.
  func value<Value: Codable>(_ type: Value.Type, of picture: String, part: String, key: String) -> Value? {
    guard let data = FileManager.default.contents(atPath: "\(folder(picture))/\(part).json"),
      let envelope = try? Self.decoder.decode(Envelope<Value>.self, from: data), envelope.key == key
    else { return nil }
    return envelope.value
  }

  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func store<Value: Codable>(_ value: Value, of picture: String, part: String, key: String) throws {
    let data = try Envelope(key: key, value: value).json(keys: .useDefaultKeys)
    try write("\(part).json", of: picture) { path in try AtomicFile.write(path) { try $0.append(data) } }
  }

  func write(_ name: String, of picture: String, _ body: (_ path: String) throws -> Void) throws {
    let folder = folder(picture)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FormatError.unwritable(path: folder, reason: Self.reason(error))
    }
    try body("\(folder)/\(name)")
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
    return (cause ?? error).localizedDescription
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}
