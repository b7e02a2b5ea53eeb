import Foundation
import GinghamTensors

/// The files that a run has read, where they are so many that a manifest would be all about them: a row each in
/// `inputs.csv`, with path and SHA-256. The manifest holds the table's own digest, so that it still tells runs apart.
public struct InputTable: Encodable, Sendable {
  /// Beside the manifest.
  public static let fileName = "inputs.csv"

  /// Rows.
  public private(set) var count = 0
  /// The path in the first row.
  public private(set) var first: String?
  /// The file, whole: some hundred bytes a row.
  private(set) var bytes = Array("path,sha256\n".utf8)

  /// Without rows.
  public init() {}

  /// Adds a row.
  public mutating func append(_ input: Manifest.Input) {
    first = first ?? input.path
    count += 1
    bytes += (CSVField.quoted(input.path) + "," + (input.digest ?? "") + "\n").utf8
  }

  private enum Keys: String, CodingKey {
    case file, count, first
    case digest = "sha256"
  }

  /// As the manifest holds it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(Self.fileName, forKey: .file)
    try container.encode(count, forKey: .count)
    try container.encode(first, forKey: .first)
    try container.encode(bytes.withUnsafeBytes { FileDigest.sha256($0) }, forKey: .digest)
  }
}
