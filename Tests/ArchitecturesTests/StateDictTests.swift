import GinghamArchitectures
import GinghamNetworks
import GinghamTensors
import Testing

/// The parameters of nets whose lists are too long to keep, by a hash of all names and shapes, and the layers of those
/// that torchvision can trace (`state_dicts.py`).
@Suite struct StateDictTests {
  struct Entry: Decodable, Sendable {
    struct Layers: Decodable, Sendable {
      let count: Int
      let hash: String
    }

    let parameters: Int
    let elements: Int
    let hash: String
    let layers: Layers?
  }

  static let golden = (try? Golden.json([String: Entry].self, "state_dicts")) ?? [:]
  static let names = golden.keys.sorted()
  static let traced = names.filter { golden[$0]?.layers != nil }

  @Test func goldenNetsAreThere() {
    #expect(Self.names.count == 174 && Self.traced.count == 44)
  }

  @Test(arguments: names)
  func parametersHaveTheNamesAndShapesOfTheLibrarys(name: String) throws {
    let expected = try #require(Self.golden[name])
    let specification = try ArchitectureSpecification(parsing: name)
    let parameters = try Architectures.named(specification.name).blueprint(specification).parameters
    let lines = parameters.map { "\($0.name) \(Self.text($0.shape))" }
    #expect(lines.count == expected.parameters)
    #expect(parameters.reduce(0) { $0 + $1.shape.elementCount } == expected.elements)
    #expect(Self.hash(lines.sorted()) == expected.hash, "compare with state_dicts.py --list \(name)")
  }

  @Test(arguments: traced)
  func layersRunInTorchvisionsOrder(name: String) throws {
    let expected = try #require(Self.golden[name]?.layers)
    let network = try Architectures.named(name).blueprint(ArchitectureSpecification(name)).skeleton
    let size = try #require(network.preprocessing)
    let bound = try network.bound(to: ["input": [1, 3, size.height, size.width]])
    let lines = network.nodes.filter { $0.name != "normalize" && !$0.name.hasSuffix(".chunk") }.compactMap {
      node -> String? in
      // What is folded when shapes are known is no layer.
      guard let output = node.outputs.first, bound.constants[output] == nil,
        let shape = bound.shapes[bound.resolved(output)]
      else { return nil }
      return "\(node.name) \(Self.text(shape))"
    }
    #expect(lines.count == expected.count)
    #expect(Self.hash(lines) == expected.hash)
  }

  /// The DINOv2 authors' files hold what timm's do, a token for training beside, and registers under another name with
  /// a position for the class token.
  @Test(arguments: ["small", "base", "large"])
  func dinov2sAuthorsNamesAreUnderstood(size: String) throws {
    func shapes(_ name: String) throws -> [String: Shape] {
      let parameters = try Architectures.named(name).blueprint(ArchitectureSpecification(name)).parameters
      return Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
    }
    let name = "dinov2_vit\(size.prefix(1))14"
    var plain = try shapes("vit_\(size)_patch14_dinov2")
    #expect(try shapes(name) == plain)
    let width = try #require(plain["norm.weight"])[0]
    plain["mask_token"] = [1, width]
    #expect(try Architectures.recognize(parameterShapes: plain).name == "vit_\(size)_patch14_dinov2")
    var registered = plain
    registered["register_tokens"] = [1, 4, width]
    #expect(try Architectures.recognize(parameterShapes: registered).name == "\(name)_reg")
  }

  private static func text(_ shape: Shape) -> String { shape.dimensions.map(String.init).joined(separator: "x") }

  /// FNV-1a of the lines with their ends, in hexadecimal.
  private static func hash(_ lines: [String]) -> String {
    let key = lines.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { key, line in
      "\(line)\n".utf8.reduce(key) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
    let digits = String(key, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
