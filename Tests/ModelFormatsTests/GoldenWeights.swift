import Foundation
import GinghamModelFormats
import GinghamTensors
import Testing

/// Files that other programs wrote, and beside each the values that belong into it, as float32 bit patterns.
enum GoldenWeights {
  struct Values: Decodable {
    let shape: [Int]
    let bits: [UInt32]
  }

  static func path(_ name: String) throws -> String {
    try #require(Bundle.module.resourceURL).appendingPathComponent("Golden/Weights/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func values(_ name: String) throws -> [String: Values] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path(name + ".json")))
    return try JSONDecoder().decode([String: Values].self, from: data)
  }

  /// Every tensor of the table has the shape and the bits that PyTorch wrote down, and there are no others.
  static func expect(_ table: WeightTable, equals name: String) throws {
    let expected = try values(name)
    #expect(Set(table.names) == Set(expected.keys))
    for (tensorName, values) in expected {
      let tensor = try #require(table[tensorName], "\(tensorName) is missing")
      #expect(tensor.shape.dimensions == values.shape, "\(tensorName)")
      #expect(table.shape(of: tensorName) == tensor.shape)
      #expect(tensor.scalars.map(\.bitPattern) == values.bits, "\(tensorName)")
    }
  }
}

/// Writes bytes to a file that exists while `body` runs.
func withTemporaryFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-\(UUID().uuidString)")
  try Data(bytes).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

/// The message of the error that loading these bytes throws; `nil` where they load.
func refusal(of bytes: [UInt8], under key: String? = nil) throws -> String? {
  try withTemporaryFile(bytes) { path throws in
    do {
      let table = try WeightTable.load(path: path, under: key)
      for name in table.names { _ = table[name] }
      return nil
    } catch let error as FormatError {
      return error.description
    }
  }
}
