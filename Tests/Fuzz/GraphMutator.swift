import GinghamTensors

@testable import GinghamModelFormats

/// Changes a model of ONNX as a graph: numbers of attributes and extents, edges, operators, nodes; what comes out is read
/// as ONNX again, so that mutations get past the parser.
struct GraphMutator {
  private var random: SeededGenerator
  /// Names of values, so that edges lead somewhere.
  private var values: [[UInt8]] = []
  private let other: WireTree?

  private static let operators = OperatorTable.translators.keys.sorted().map { Array($0.utf8) }
  /// Names and bytes of attributes that were seen, so that operators meet those of others.
  nonisolated(unsafe) private static var attributes: [WireTree] = []
  private static let integers: [Int] = [
    0, 1, 2, 3, 4, 5, 7, 8, 11, 13, 16, 64, 255, 256, 1024, -1, -2, -3, -64, -65, 1 << 20, 1 << 24, (1 << 24) + 1,
    1 << 31,
    1 << 32, 1 << 40, 1 << 62, .max, .min,
  ]
  private static let floats: [Float] = [
    0, 1, -1, 0.5, 2, 1e-30, 0x1p-149, 3e38, -3e38, 16_777_216, .nan, .infinity, -.infinity,
  ]

  /// - Parameter other: a second model whose nodes may be taken over.
  init(seed: UInt32, other: WireTree? = nil) {
    random = SeededGenerator(seed: UInt64(seed), name: "mutation")
    self.other = other
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }
  private mutating func one<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[below(elements.count)]
  }

  /// - Returns: `nil` where the bytes are no model.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8]? {
    guard var tree = WireTree(bytes[...], as: .model) else { return nil }
    gather(tree)
    for _ in 0...below(3) { change(&tree) }
    return tree.content
  }

  private mutating func gather(_ tree: WireTree) {
    guard case .message(let kind, let fields) = tree else { return }
    for field in fields {
      switch (kind, field.number, field.value) {
      case (.node, 1, .bytes(let name)), (.node, 2, .bytes(let name)), (.value, 1, .bytes(let name)),
        (.tensor, 8, .bytes(let name)):
        values.append(name)
      case (.node, 5, let attribute):
        if Self.attributes.count < 4096 {
          Self.attributes.append(attribute)
        } else if below(16) == 0 {
          Self.attributes[below(4096)] = attribute
        }
      default: break
      }
      gather(field.value)
    }
  }

  /// One change somewhere: messages are entered by chance, and weighed by what can go wrong in them.
  private mutating func change(_ tree: inout WireTree) {
    guard case .message(let kind, var fields) = tree, !fields.isEmpty else { return }
    let index = below(fields.count)
    switch (kind, below(10)) {
    case (.graph, 0), (.node, 0), (.attribute, 0), (.shape, 0), (.tensor, 0), (.function, 0):
      fields.remove(at: index)
    case (.graph, 1), (.node, 1), (.shape, 1), (.attribute, 1), (.tensor, 1), (.function, 1):
      fields.insert(fields[index], at: below(fields.count + 1))
    case (.graph, 2), (.shape, 2), (.node, 2), (.attribute, 2): fields.swapAt(index, below(fields.count))
    case (.graph, 3):
      if let other, case .message(_, let fields2) = other,
        case .message(_, let parts)? = fields2.first(where: { $0.number == 7 })?.value, let part = one(of: parts)
      {
        fields.insert(part, at: below(fields.count + 1))
      }
    case (.node, 3), (.node, 4):
      if let attribute = one(of: Self.attributes) { fields.append(.init(number: 5, value: attribute)) }
    case (.node, 5):
      if let place = fields.firstIndex(where: { $0.number == 4 }), let name = one(of: Self.operators) {
        fields[place].value = .bytes(name)
      }
    case (.node, 6), (.node, 7):
      let inputs = fields.indices.filter { fields[$0].number == 1 }
      guard let name = one(of: values) else { break }
      if let place = one(of: inputs), below(3) > 0 {
        fields[place].value = .bytes(name)
      } else {
        fields.append(.init(number: 1, value: .bytes(name)))
      }
    default:
      var value = fields[index].value
      if case .message = value { change(&value) } else { leaf(&value, of: (kind, fields[index].number)) }
      fields[index].value = value
    }
    tree = .message(kind: kind, fields: fields)
  }

  private mutating func leaf(_ value: inout WireTree, of place: (kind: WireTree.Kind, field: Int)?) {
    switch value {
    case .integer(let number):
      let interesting = one(of: Self.integers) ?? 0
      let changed =
        switch below(4) {
        case 0: Int(bitPattern: UInt(number)) &+ 1
        case 1: Int(bitPattern: UInt(number)) &- 1
        default: interesting
        }
      value = .integer(UInt64(bitPattern: Int64(changed)))
    case .word(let bytes):
      let number = one(of: Self.floats) ?? 0
      value = .word(
        bytes.count == 4 ? Self.littleEndian(number.bitPattern) : Self.littleEndian(Double(number).bitPattern))
    case .bytes(var bytes):
      switch place.map({ ($0.kind, $0.field) }) {
      case (.tensor, 9)?: numbers(&bytes)
      // Packed lists of integers and of floats.
      case (.tensor, 1)?, (.tensor, 5)?, (.tensor, 7)?, (.attribute, 8)?: bytes = packed(bytes)
      case (.tensor, 4)?, (.attribute, 7)?: numbers(&bytes, width: 4)
      case (.node, 4)?: bytes = one(of: Self.operators) ?? bytes
      case (.node, 1)?, (.node, 2)?, (.graph, _)?: bytes = one(of: values) ?? bytes
      default:
        if bytes.isEmpty { bytes = [UInt8(below(256))] } else { bytes[below(bytes.count)] = UInt8(below(256)) }
      }
      value = .bytes(bytes)
    case .message: change(&value)
    }
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// Overwrites one element of raw data.
  private mutating func numbers(_ bytes: inout [UInt8], width: Int? = nil) {
    let width = width ?? (below(2) == 0 ? 8 : 4)
    let number =
      width == 8
      ? Self.littleEndian(one(of: Self.integers) ?? 0) : Self.littleEndian((one(of: Self.floats) ?? 0).bitPattern)
    guard bytes.count >= width else { return bytes = number }
    let start = below(bytes.count / width) * width
    bytes.replaceSubrange(start..<(start + width), with: number)
  }

  /// A packed list of integers with one replaced, added or taken away.
  private mutating func packed(_ bytes: [UInt8]) -> [UInt8] {
    var elements: [[UInt8]] = []
    var element: [UInt8] = []
    for byte in bytes {
      element.append(byte)
      if byte < 0x80 {
        elements.append(element)
        element = []
      }
    }
    let number = WireTree.varint(UInt64(bitPattern: Int64(one(of: Self.integers) ?? 0)))
    switch below(4) {
    case 0: elements.append(number)
    case 1 where !elements.isEmpty: elements.remove(at: below(elements.count))
    default: if elements.isEmpty { elements = [number] } else { elements[below(elements.count)] = number }
    }
    return elements.flatMap { $0 }
  }
}

/// libFuzzer's own mutations of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximum: Int) -> Int

/// Called by libFuzzer for every input it makes.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximum: Int, _ seed: UInt32) -> Int {
  // Readers see broken bytes, too.
  guard FuzzDriver.target.isGraph, seed % 16 > 0 else { return mutateBytes(data, size, maximum) }
  var mutator = GraphMutator(seed: seed)
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  guard let mutated = mutator.mutated(bytes), mutated.count <= maximum, mutated != bytes else {
    return mutateBytes(data, size, maximum)
  }
  mutated.withUnsafeBufferPointer { data.update(from: $0.baseAddress ?? UnsafePointer(data), count: mutated.count) }
  return mutated.count
}

/// Called by libFuzzer for pairs of inputs: parts of the second graph move into the first.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func cross(
  _ first: UnsafePointer<UInt8>, _ firstSize: Int, _ second: UnsafePointer<UInt8>, _ secondSize: Int,
  _ out: UnsafeMutablePointer<UInt8>, _ maximum: Int, _ seed: UInt32
) -> Int {
  let bytes = Array(UnsafeBufferPointer(start: first, count: firstSize))
  let others = Array(UnsafeBufferPointer(start: second, count: secondSize))
  var crossed = Array((bytes.prefix(firstSize / 2) + others.suffix(secondSize - secondSize / 2)).prefix(maximum))
  if FuzzDriver.target.isGraph {
    var mutator = GraphMutator(seed: seed, other: WireTree(others[...], as: .model))
    if let mutated = mutator.mutated(bytes), mutated.count <= maximum { crossed = mutated }
  }
  crossed.withUnsafeBufferPointer { if let base = $0.baseAddress { out.update(from: base, count: crossed.count) } }
  return crossed.count
}
