import Foundation
import GinghamTensors

/// One operation with PyTorch's outputs and gradients, as `notebooks-scripts/golden/operator_gradients.py` wrote it.
struct GoldenCase: Decodable {
  struct Array: Decodable {
    var shape: [Int]
    var scalars: [Double]
  }

  var name: String
  var operation: String
  var attributes: Attributes
  /// `nil` inputs are absent.
  var inputs: [Array?]
  var outputs: [Array]
  var cotangents: [[Double]]
  /// Of each input; `nil` where none is asked for.
  var gradients: [[Double]?]

  var testDescription: String { "\(operation): \(name)" }

  static func all(in family: String) throws -> [GoldenCase] {
    guard let url = Bundle.module.url(forResource: family, withExtension: "json", subdirectory: "Golden") else {
      throw CocoaError(.fileNoSuchFile)
    }
    return try JSONDecoder().decode([GoldenCase].self, from: Data(contentsOf: url))
  }
}

/// The attributes of any operation; each reads its own.
struct Attributes: Decodable {
  // Windows.
  var kernel: [Int]?
  var strides: [Int]?
  var dilations: [Int]?
  var before: [Int]?
  var after: [Int]?
  var ceil: Bool?
  var groups: Int?
  var outputPadding: [Int]?
  var countsPadding: Bool?

  // Functions of elements.
  var function: String?
  var slope: Float?
  var minimum: Float?
  var maximum: Float?
  var alpha: Float?
  var beta: Float?
  var gamma: Float?
  var threshold: Float?
  var bias: Float?
  var approximate: Bool?
  var source: [Int]?
  var scale: [Float]?
  var shift: [Float]?

  // Normalizations, reductions, products.
  var epsilon: Float?
  var size: Int?
  var kind: String?
  var axes: [Int]?
  var keeps: Bool?
  var logarithmic: Bool?
  var flattens: Bool?
  var transposesA: Bool?
  var transposesB: Bool?

  // Movement.
  var axis: Int?
  var sizes: [Int]?
  var starts: [Int]?
  var ends: [Int]?
  var steps: [Int]?
  var mode: String?
  var value: Float?
  var permutation: [Int]?
  var indices: [Int]?
  var indexShape: [Int]?
  var shape: [Int]?
  var repeats: [Int]?
  var block: Int?
  var order: String?
  var scales: [Float]?
  var coordinates: String?
  var rounding: String?
  var cubic: Float?
  var excludes: Bool?
  var antialiases: Bool?
}
