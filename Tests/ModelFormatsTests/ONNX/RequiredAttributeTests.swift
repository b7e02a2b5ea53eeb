import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// What the definitions of ONNX require is required here: a node without it is an error that says what is missing.
/// `notebooks-scripts/golden/required_attributes.py` reads the definitions.
@Suite struct RequiredAttributeTests {
  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    var `operator`: String
    var set: Int
    var inputs: Int
    /// Kinds by name.
    var required: [String: String]

    var testDescription: String { "\(`operator`), set \(set)" }
  }

  private struct Table: Decodable {
    var rows: [Row]
  }

  /// Of operators that are read.
  static let rows: [Row] = {
    guard let url = Bundle.module.url(forResource: "Golden/required_attributes", withExtension: "json"),
      let data = try? Data(contentsOf: url), let table = try? JSONDecoder().decode(Table.self, from: data)
    else { return [] }
    return table.rows.filter { OperatorTable.translators[$0.operator] != nil }
  }()

  @Test func definitionsAreThere() {
    #expect(Self.rows.count > 20)
  }

  private func ordinary(_ name: String, _ kind: String) -> [ModelSketch.Attribute] {
    switch kind {
    case "int": [.int(1)]
    case "ints": [.ints([1, 1])]
    case "float": [.float(1)]
    case "floats": [.floats([1, 1, 1, 1])]
    case "string": [.string(name == "equation" ? "abcd->abcd" : "LEFT")]
    case "tensor": [.tensor(.floats([1]))]
    // Bodies are missing together.
    default: []
    }
  }

  private func extremes(_ kind: String) -> [ModelSketch.Attribute] {
    let integers = [0, -1, -64, 1 << 31, 1 << 40, 1 << 62, .max, .min]
    let floats: [Float] = [0, -1, .nan, .infinity, -.infinity, 3e38, 0x1p-149]
    let ofKind: [ModelSketch.Attribute] =
      switch kind {
      case "int": integers.map { .int($0) }
      case "ints": integers.map { .ints([$0, $0]) } + [.ints([]), .ints([Int](repeating: 1, count: 70))]
      case "float": floats.map { .float($0) }
      case "floats": floats.map { .floats([$0, $0, $0, $0]) } + [.floats([])]
      case "string": ["", "->", "a->b", "ii->i", String(repeating: "a", count: 200)].map { .string($0) }
      case "tensor": integers.map { .tensor(.int64s([$0])) }
      default: []
      }
    // And of every other kind.
    return ofKind + [.int(1), .ints([1]), .float(1), .floats([1]), .string("x"), .tensor(.floats([1]))]
  }

  private func node(_ row: Row, _ attributes: [String: ModelSketch.Attribute]) -> ModelSketch {
    var model = ModelSketch.single(row.operator, attributes, inputCount: max(row.inputs, 1), operatorSet: row.set)
    if row.inputs == 0 {
      (model.nodes[0].inputs, model.nodes[0].outputs) = ([], ["c"])
      model.nodes.append(ModelSketch.NodeSketch(type: "Mul", inputs: ["x", "c"], outputs: ["y"]))
    }
    return model
  }

  @Test(arguments: rows) func noneMayBeMissing(_ row: Row) throws {
    for name in row.required.keys.sorted() {
      let others = row.required.filter { $0.key != name }
      let attributes = others.compactMap { key, kind in ordinary(key, kind).first.map { (key, $0) } }
      #expect {
        _ = try node(row, Dictionary(uniqueKeysWithValues: attributes)).load().bound()
      } throws: { error in
        // Of several that are missing the first is named.
        row.required.keys.contains { "\(error)".contains("'\($0)'") } || "\(error)".contains("is missing")
          || "\(error)".contains("not supported")
      }
    }
  }

  @Test(arguments: rows) func anyValueIsBoundOrRefused(_ row: Row) throws {
    for (name, kind) in row.required.sorted(by: { $0.key < $1.key }) {
      let others = row.required.filter { $0.key != name }
        .compactMap { key, kind in ordinary(key, kind).first.map { (key, $0) } }
      for value in extremes(kind) {
        do {
          var attributes = Dictionary(uniqueKeysWithValues: others)
          attributes[name] = value
          _ = try node(row, attributes).load().bound().layerStatistics.multiplyAdds
        } catch is FormatError {
        } catch is NetworkError {
        }
      }
    }
  }
}
