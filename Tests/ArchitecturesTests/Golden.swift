import Foundation
import Testing

/// Reads what PyTorch said, from the `Golden` folder beside the tests.
enum Golden {
  static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(type, from: Data(contentsOf: url))
  }

  /// A layer of torchvision's as `architectures.py` writes it: `[name, shape, {parameter: shape}]`.
  struct Layer: Decodable {
    let name: String
    let shape: [Int]
    let parameters: [String: [Int]]

    init(from decoder: any Decoder) throws {
      var row = try decoder.unkeyedContainer()
      name = try row.decode(String.self)
      shape = try row.decode([Int].self)
      parameters = try row.decode([String: [Int]].self)
    }
  }
}
