import Foundation
import GinghamTensors

extension WeightTable {
  /// Writes the table as safetensors, float32, atomically. Names come in the table's order; the buffer starts at a
  /// multiple of 8 bytes.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``; also where a name is `__metadata__`, which the format reserves.
  public func write(safeTensors path: String) throws {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Self.literal($0.key)):\(Self.literal($0.value))" }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for name in names {
      guard let shape = shape(of: name), name != "__metadata__" else {
        throw FormatError.unwritable(path: path, reason: "a tensor cannot be called '\(name)' in safetensors")
      }
      let end = offset + shape.elementCount * MemoryLayout<Float>.size
      let extents = shape.dimensions.map(String.init).joined(separator: ",")
      fields.append(
        "\(Self.literal(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = "{\(fields.joined(separator: ","))}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    guard header.utf8.count <= SafeTensorsHeader.maximumLength else {
      throw FormatError.unwritable(path: path, reason: "the names are too long for a safetensors header")
    }
    try AtomicFile.write(path) { writer in
      try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try writer.append($0) }
      try writer.append(header.utf8)
      for name in names {
        if let tensor = self[name] { try writer.append(tensor) }
      }
    }
  }

  private static func literal(_ string: String) -> String {
    var literal = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": literal += "\\\""
      case "\\": literal += "\\\\"
      case ..<" ": literal += "\\u" + String(format: "%04x", scalar.value)
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}
